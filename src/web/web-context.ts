// What every operation of the web door works with, and what it takes from a request.

import { findCookieValues } from "../http-headers/cookie-header.js";
import type { Client } from "../http-headers/forwarded.js";
import type { OriginPolicy } from "../http-headers/origin.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { Log } from "../log/logger.js";
import { isCookieValue } from "../record/cookie-value.js";
import type { CookieSessions } from "../session/cookie-sessions.js";
import type { Device, RealmLimit } from "../session/session.js";
import { clientOf } from "./client-of.js";
import { findSetValue } from "./set-cookie-header.js";
import { headerOf, type WebRequest, type WebResponse } from "./web-message.js";

export interface WebContext {
  readonly sessions: CookieSessions;
  /** The application's realm. */
  readonly limit: RealmLimit;
  readonly origin: OriginPolicy;
  readonly trustedProxies: readonly string[];
  readonly requireSecure: boolean;
  readonly log: Log;
  readonly clock: SteadyClock;
}

/** The client behind a request. */
export function findWebClient({ trustedProxies }: WebContext, request: WebRequest): Client {
  return clientOf(request, trustedProxies);
}

/** All different values under our name, two at most; none if the transport doesn't count. */
export function findPresented(context: WebContext, request: WebRequest): string[] {
  if (context.requireSecure && !findWebClient(context, request).isSecure) return [];
  const header = headerOf(request, "cookie");
  return header === undefined ? [] : findCookieValues(header, context.sessions.policy.cookieName);
}

/** What a login or logout ends: all that the request presents, and what was set earlier in the same response. */
export function findReplaced(context: WebContext, request: WebRequest, response: WebResponse): string[] {
  const set = findSetValue(response, context.sessions.policy.cookieName);
  return [...findPresented(context, request), ...(set === undefined ? [] : [set])];
}

/** The one value that the request presents, if it can be one. Two are ambiguous, and neither counts. */
export function findValue(context: WebContext, request: WebRequest): string | undefined {
  const [value, ...others] = findPresented(context, request);
  return others.length > 0 || value === undefined || !isCookieValue(value) ? undefined : value;
}

/** What a login and a use are stored with. */
export function findDevice(context: WebContext, request: WebRequest): Device {
  return { peer: findWebClient(context, request).address, userAgent: headerOf(request, "user-agent") };
}
