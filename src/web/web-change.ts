// Changes of the request's session: a new value, another scope or lifetime, the end.

import type { RotateChanges } from "../session/rotate.js";
import type { Session, SessionChanges } from "../session/session.js";
import { toSetCookie } from "../session/set-cookie.js";
import { checkPage, checkTransport } from "./guards.js";
import { checkHeadersOpen, putSetCookie } from "./set-cookie-header.js";
import { findReplaced, findValue, type WebContext } from "./web-context.js";
import { handOver } from "./web-login.js";
import type { WebRequest, WebResponse } from "./web-message.js";

const NS_PER_SECOND = 1_000_000_000n;

/** `null` if there is no session, or it has ended. */
export async function rotateOverWeb(
  context: WebContext,
  request: WebRequest,
  response: WebResponse,
  changes: RotateChanges,
): Promise<Session | null> {
  const value = beginChange(context, request, response);
  const issued =
    value === undefined ? null : await context.sessions.rotate({ value }, changes, context.limit);
  if (issued === null) return null;
  await handOver(context, response, issued);
  return issued.session;
}

/** `null` if there is no session, or it has ended. */
export async function updateOverWeb(
  context: WebContext,
  request: WebRequest,
  response: WebResponse,
  changes: SessionChanges,
): Promise<Session | null> {
  const { sessions, limit, clock } = context;
  const value = beginChange(context, request, response);
  if (value === undefined) return null;
  const session = await sessions.update({ value }, changes, limit);
  if (session === null) return null;
  // The browser's copy lives as long as the session: its Max-Age is what is left of it.
  const expiryNs = session.expires === null ? undefined : BigInt(session.expires) * NS_PER_SECOND;
  const setCookie = toSetCookie(value, expiryNs, clock.nowNs(), sessions.policy);
  putSetCookie(response, sessions.policy.cookieName, setCookie);
  return session;
}

function beginChange(context: WebContext, request: WebRequest, response: WebResponse): string | undefined {
  checkPage(context, request);
  checkTransport(context, request);
  checkHeadersOpen(response);
  return findValue(context, request);
}

/** Also for GET requests the page is checked: an image of another site must not log anybody out. */
export async function logoutOverWeb(
  context: WebContext,
  request: WebRequest,
  response: WebResponse,
): Promise<boolean> {
  checkPage(context, request);
  checkHeadersOpen(response);
  let hasEnded = false;
  for (const value of findReplaced(context, request, response)) {
    if (await context.sessions.logout({ value })) hasEnded = true;
  }
  const { sessions } = context;
  putSetCookie(response, sessions.policy.cookieName, sessions.clearCookie());
  return hasEnded;
}
