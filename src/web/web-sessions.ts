// WebSessions: cookie sessions over HTTP requests and responses, protected against other sites.

import { errorCodeOf } from "../errors.js";
import { isUnsafeMethod } from "../http-headers/fetch-site.js";
import type { OriginPolicy } from "../http-headers/origin.js";
import { isProxyEntry } from "../http-headers/trusted-proxies.js";
import { createSteadyClock, type SteadyClock } from "../lifetime/steady-clock.js";
import { createSilentLog, type Log } from "../log/logger.js";
import type { CookieSessions } from "../session/cookie-sessions.js";
import type { RotateChanges } from "../session/rotate.js";
import type { IssuedSession, Session, SessionChanges, UserRequirements } from "../session/session.js";
import { argumentError } from "../session/session-errors.js";
import { checkTransport, findForeign } from "./guards.js";
import { putSetCookie } from "./set-cookie-header.js";
import { logoutOverWeb, rotateOverWeb, updateOverWeb } from "./web-change.js";
import { findDevice, findValue, type WebContext } from "./web-context.js";
import { loginOverWeb, type WebLogin } from "./web-login.js";
import type { WebRequest, WebResponse } from "./web-message.js";

export interface WebSessionsOptions {
  readonly sessions: CookieSessions;
  /** The realm of this application: logins are made in it, and sessions of others are nobody's here. */
  readonly authrealm?: string | undefined;
  /** The pages that may send requests that change something; the same host by default, as in the authenticator. */
  readonly origin?: OriginPolicy | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are believed; nobody's by default. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** A cookie that came over a plain connection is as if it weren't there, and none is set on one. */
  readonly requireSecure?: boolean | undefined;
  readonly log?: Log | undefined;
  /** The clock of `sessions`; the system's by default. */
  readonly clock?: SteadyClock | undefined;
}

const SAME_HOST: OriginPolicy = { sameHost: true, allow: [], allowAbsent: true };

/**
 * Cookie sessions of a web application. What changes a session refuses requests of other sites' pages by itself; for
 * the application's own requests `checkOrigin` answers, or an adapter does.
 *
 * Methods that change something may throw `ERR_WEB_ORIGIN` (status 403), `ERR_WEB_INSECURE`, `ERR_WEB_HEADERS_SENT`,
 * and what the same method of `CookieSessions` throws; then the response is as it was.
 *
 * @example
 * const { web } = await openWebSessions({ config: "authenticator.json" });
 * await web.login(request, response, { authid: "joe", authrole: "user" });
 * const user = await web.getUser(request); // null: nobody
 */
export class WebSessions {
  readonly #context: WebContext;

  /** @throws `ERR_SESSION_ARGUMENT` if a trusted proxy is no address or network */
  constructor(options: WebSessionsOptions) {
    const { sessions, authrealm, origin = SAME_HOST, trustedProxies = [], requireSecure = false } = options;
    if (!trustedProxies.every(isProxyEntry))
      throw argumentError("trustedProxies", "expected IP addresses and networks such as 10.0.0.0/8");
    const { log = createSilentLog(), clock = createSteadyClock() } = options;
    const limit = { authrealm };
    this.#context = { sessions, limit, origin, trustedProxies, requireSecure, log, clock };
  }

  /**
   * The cookie's value in the request: a secret. `undefined`: there is none, or none that can be a value, or two
   * different ones, of which a neighbouring domain may have set one.
   */
  getCookie(request: WebRequest): string | undefined {
    return findValue(this.#context, request);
  }

  /**
   * The client's IP address, behind trusted proxies the one that they say; for limits of failed attempts and for
   * logs. `undefined`: it has none, as over a Unix socket.
   */
  getAddress(request: WebRequest): string | undefined {
    return findDevice(this.#context, request).peer;
  }

  /**
   * The session of the request, if it meets the requirements, else `null`. Notes its use; sets nothing in a response.
   */
  async getUser(request: WebRequest, requirements: UserRequirements = {}): Promise<Session | null> {
    const { sessions, limit } = this.#context;
    const value = this.getCookie(request);
    if (value === undefined) return null;
    const session = await sessions.getUser({ value }, requirements, limit);
    if (session !== null) this.#touch(session, request);
    return session;
  }

  /**
   * A new session, with a new value; what the request brought ends. `getUser` sees it from the next request on.
   * A login by GET, as at the end of OAuth,
   * isn't checked for its page: there the protocol's `state` must be.
   */
  login(request: WebRequest, response: WebResponse, login: WebLogin): Promise<Session> {
    return loginOverWeb(this.#context, request, response, login);
  }

  /** The session under a new value, with another role or realm where given; `null` if there is none. */
  rotate(request: WebRequest, response: WebResponse, changes: RotateChanges = {}): Promise<Session | null> {
    return rotateOverWeb(this.#context, request, response, changes);
  }

  /** Changes scope and lifetime, and sends the cookie again with what it has left; `null` if there is no session. */
  update(request: WebRequest, response: WebResponse, changes: SessionChanges): Promise<Session | null> {
    return updateOverWeb(this.#context, request, response, changes);
  }

  /**
   * Ends what the request brought, and clears the cookie, also where there was no session. Whether one ended. When the
   * store fails the cookie stays: whoever still has a session must be able to end it.
   */
  logout(request: WebRequest, response: WebResponse): Promise<boolean> {
    return logoutOverWeb(this.#context, request, response);
  }

  /** Sets the cookie of a session that `CookieSessions` has issued, in a response that no cache may keep then. */
  setCookie(request: WebRequest, response: WebResponse, issued: Pick<IssuedSession, "setCookie">): void {
    checkTransport(this.#context, request);
    putSetCookie(response, this.#context.sessions.policy.cookieName, issued.setCookie);
  }

  /** Removes the cookie from the browser, by the attributes that it was set with. */
  clearCookie(response: WebResponse): void {
    const { sessions } = this.#context;
    putSetCookie(response, sessions.policy.cookieName, sessions.clearCookie());
  }

  /**
   * Why a request that may change something isn't from a page of ours, for the log; `undefined` if it is, or if its
   * method changes nothing. Answer 403 otherwise.
   */
  checkOrigin(request: WebRequest): string | undefined {
    return isUnsafeMethod(request.method) ? findForeign(this.#context, request) : undefined;
  }

  /** The answer doesn't wait for the write; at worst an idle time-out comes early. */
  #touch({ oid }: Session, request: WebRequest): void {
    const { sessions, log } = this.#context;
    sessions.touch({ oid }, findDevice(this.#context, request)).catch((fault: unknown) => {
      const fields = { event: "touch-failed", code: errorCodeOf(fault) ?? "unknown", oid };
      log.warn(fields, "the last use of a session can't be stored");
    });
  }
}
