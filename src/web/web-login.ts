// Login over HTTP: a new session with a new value; what the request brought ends.

import { isUnsafeMethod } from "../http-headers/fetch-site.js";
import type { IssuedSession, LoginRequest, Session } from "../session/session.js";
import { argumentError, notAllowed } from "../session/session-errors.js";
import { checkPage, checkTransport } from "./guards.js";
import { checkHeadersOpen, putSetCookie } from "./set-cookie-header.js";
import { findDevice, findReplaced, type WebContext } from "./web-context.js";
import type { WebRequest, WebResponse } from "./web-message.js";

/** What a login over HTTP says; value and device come from the request. */
export type WebLogin = Omit<LoginRequest, "authrealm" | "device" | "presentedValue"> & {
  /** Needed where the application has no realm of its own. */
  readonly authrealm?: string | undefined;
};

/** All checks come first: a login that is refused leaves the old session as it was. */
export async function loginOverWeb(
  context: WebContext,
  request: WebRequest,
  response: WebResponse,
  login: WebLogin,
): Promise<Session> {
  // OAuth and its like end with a GET that another site sends; their `state` is what protects that.
  if (isUnsafeMethod(request.method)) checkPage(context, request);
  checkTransport(context, request);
  checkHeadersOpen(response);
  const authrealm = findRealm(context, login);
  const [presentedValue, ...others] = findReplaced(context, request, response);
  const device = findDevice(context, request);
  const issued = await context.sessions.login({ ...login, authrealm, device, presentedValue });
  for (const value of others) await context.sessions.logout({ value });
  await handOver(context, response, issued);
  return issued.session;
}

/** Gives the value to the browser. What can't be handed over is of no use to its user, and ends. */
export async function handOver(
  { sessions }: WebContext,
  response: WebResponse,
  { value, setCookie }: IssuedSession,
): Promise<void> {
  try {
    putSetCookie(response, sessions.policy.cookieName, setCookie);
  } catch (error) {
    await sessions.logout({ value });
    throw error;
  }
}

function findRealm({ limit }: WebContext, { authrealm }: WebLogin): string {
  const own = limit.authrealm;
  // Not left to the limit of the login: the presented session ends whatever its realm, since its cookie goes.
  if (own !== undefined && authrealm !== undefined && authrealm !== own) throw notAllowed("authrealm");
  const realm = authrealm ?? own;
  if (realm === undefined) throw argumentError("authrealm", "this application has no realm of its own");
  return realm;
}
