// The application: a login page, a page for who is logged in, and the two forms' answers.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSessions } from "wamp-cookie-authenticator/http";
import { AttemptLimit } from "./attempt-limit.js";
import { renderPage, STATIC_FILES } from "./pages.js";
import { readForm } from "./read-form.js";
import { setSecurityHeaders } from "./security-headers.js";
import type { Users } from "./users.js";

export interface AppOptions {
  readonly web: WebSessions;
  readonly users: Users;
  /** What the page connects to. */
  readonly wampUrl: string;
  readonly realm: string;
  /** Of the session procedures. */
  readonly prefix: string;
  readonly isTls: boolean;
}

const MINUTE_MS = 60_000;
/** Each check takes 32 MiB and some hundred milliseconds of a core. */
const MAX_CHECKS_AT_ONCE = 8;

/** A request listener for `node:http` and `node:https`. */
export function createApp(options: AppOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { web, users, wampUrl, realm, prefix, isTls } = options;
  // By user and address, never by user alone: nobody can lock somebody else out.
  const byUser = new AttemptLimit({ free: 5, pauseMs: 5000, longestMs: 15 * MINUTE_MS });
  // One address that tries one password on many users.
  const byAddress = new AttemptLimit({ free: 50, pauseMs: 5000, longestMs: 15 * MINUTE_MS });
  let checks = 0;

  const showHome = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const user = await web.getUser(request);
    if (user === null) return sendLogin(response, 200, "", "");
    sendPage(response, 200, renderPage("app", { authid: user.authid, wampUrl, realm, prefix }));
  };

  const logIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    const name = form?.get("user") ?? "";
    const password = form?.get("password") ?? "";
    if (name === "" || password === "")
      return sendLogin(response, 400, name, "User name and password, please.");

    const address = web.getAddress(request) ?? "";
    const key = JSON.stringify([address, name]);
    const nowMs = performance.now();
    const waitMs = Math.max(byUser.findWaitMs(key, nowMs), byAddress.findWaitMs(address, nowMs));
    if (waitMs > 0 || checks >= MAX_CHECKS_AT_ONCE) {
      const seconds = Math.max(1, Math.ceil(waitMs / 1000));
      response.setHeader("Retry-After", seconds);
      return sendLogin(response, 429, name, `Too many attempts. Try again in ${seconds} s.`);
    }
    byUser.count(key, nowMs);
    byAddress.count(address, nowMs);
    checks += 1;
    const user = await users.check(name, password).finally(() => {
      checks -= 1;
    });
    // The same words for a wrong name and a wrong password.
    if (user === undefined) return sendLogin(response, 401, name, "That user name and password don't match.");
    byUser.forget(key);
    byAddress.forget(address);

    // A new value, whatever cookie the browser brought; that one's session ends.
    await web.login(request, response, {
      authid: user.authid,
      authrole: user.authrole,
      authrealm: realm,
      authmethod: "password",
    });
    redirectHome(response);
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const file = method === "GET" ? STATIC_FILES.get(pathname) : undefined;
    if (file !== undefined) {
      response.setHeader("Cache-Control", "no-cache");
      send(response, 200, file.type, file.body);
      return;
    }
    switch (`${method} ${pathname}`) {
      case "GET /":
        return showHome(request, response);
      case "POST /login":
        return logIn(request, response);
      case "POST /logout":
        await web.logout(request, response);
        return redirectHome(response);
      default:
        send(response, 404, "text/plain", "Not found\n");
    }
  };

  return (request, response) => {
    setSecurityHeaders(response, wampUrl, isTls);
    // A page of another site must not log our users in or out: checked before anything is done.
    const foreign = web.checkOrigin(request);
    if (foreign !== undefined) {
      send(response, 403, "text/plain", "This request came from another site.\n");
      return;
    }
    route(request, response).catch((error: unknown) => {
      // Errors of the library never hold a cookie's value.
      console.error(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, "text/plain", "Something went wrong; please try again later.\n");
    });
  };
}

function sendLogin(response: ServerResponse, status: number, user: string, notice: string): void {
  const title = notice === "" ? "Sign in" : "Sign-in failed";
  sendPage(response, status, renderPage("login", { title, user, notice }));
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  // Neither proxies nor the "back" button show it to the next one at this browser.
  response.setHeader("Cache-Control", "no-store");
  send(response, status, "text/html; charset=utf-8", html);
}

function redirectHome(response: ServerResponse): void {
  response.setHeader("Cache-Control", "no-store");
  response.writeHead(303, { Location: "/" }).end();
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) }).end(body);
}
