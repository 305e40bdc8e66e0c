// Headers of every response: what browsers may do with our pages.

import type { ServerResponse } from "node:http";

/** @param wampUrl the one WebSocket that the page may open */
export function setSecurityHeaders(response: ServerResponse, wampUrl: string, isTls: boolean): void {
  const policy = [
    "default-src 'none'",
    // No inline script or style: what an attacker gets into the text of a page doesn't run.
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(wampUrl).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.setHeader("Content-Security-Policy", policy.join("; "));
  response.setHeader("X-Content-Type-Options", "nosniff");
  // Not "no-referrer": browsers would then send `Origin: null` with our own forms.
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  if (isTls) response.setHeader("Strict-Transport-Security", "max-age=31536000");
}
