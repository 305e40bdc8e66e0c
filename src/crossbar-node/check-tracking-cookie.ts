// The cookie that Crossbar sets itself, where its store is our database.

import type { Config } from "../config/config.js";
import { type JsonObject, toText } from "../config/json-object.js";
import type { NodeFinding } from "./node-finding.js";

/** Crossbar's cookie name where none is given. */
const CROSSBAR_COOKIE_NAME = "cbtid";
/** What Crossbar accepts as a name: `__Host-` isn't among it. */
const CROSSBAR_NAME_PATTERN = /^[a-z][a-z0-9_]+$/;
/** 6 bits a character, 128 bits at least. */
const MIN_LENGTH = 22;

/** Whether Crossbar's cookie tracking can set a cookie of this name. */
export function canCrossbarName(cookieName: string): boolean {
  return CROSSBAR_NAME_PATTERN.test(cookieName);
}

/** The name of the cookie that Crossbar sets with these settings. */
export function crossbarCookieName(cookie: JsonObject): string {
  return toText(cookie.name) ?? CROSSBAR_COOKIE_NAME;
}

/** Findings about name, length and attributes. */
export function checkTrackingCookie(cookie: JsonObject, path: string, { policy }: Config): NodeFinding[] {
  const findings: NodeFinding[] = [];
  const name = crossbarCookieName(cookie);
  if (name !== policy.cookieName) {
    findings.push({
      kind: "cookie-name",
      level: "warning",
      path: `${path}.name`,
      message: `Crossbar's cookie is called ${name}, we look for ${policy.cookieName}`,
      hint: canCrossbarName(policy.cookieName)
        ? "make `cookie.name` the same in both configurations"
        : `Crossbar can't set a cookie named ${policy.cookieName}: let a web application log users in, or rename ours`,
    });
  }
  if (typeof cookie.length === "number" && cookie.length < MIN_LENGTH) {
    findings.push({
      kind: "cookie-length",
      level: "error",
      path: `${path}.length`,
      message: `values of ${cookie.length} characters have less than 128 bits, and can be guessed`,
      hint: "drop it: Crossbar's default is 24",
    });
  }
  if (cookie.http_strict !== true) {
    findings.push({
      kind: "cookie-script",
      level: "warning",
      path: `${path}.http_strict`,
      message: "isn't set: scripts of a page can read the cookie",
      hint: 'add "http_strict": true, and "secure": true where browsers come over TLS',
    });
  }
  return findings;
}
