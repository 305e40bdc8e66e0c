// The refusals of the web door, with the HTTP status that Express and Fastify answer with by themselves.

import { CookieAuthenticatorError, type ErrorCode } from "../errors.js";

/** A refusal. `message` is constant for its code: servers show it to clients. */
export class WebError extends CookieAuthenticatorError {
  readonly statusCode: 403 | 500;

  constructor(code: ErrorCode, statusCode: 403 | 500, message: string, hint: string) {
    super(code, message, { hint, details: { statusCode } });
    this.statusCode = statusCode;
  }
}

/** Another page than ours sent the request. */
export function foreignPage(): WebError {
  return new WebError(
    "ERR_WEB_ORIGIN",
    403,
    "this request came from another site",
    "authenticator.origin.allow lists the origins whose pages may send it",
  );
}

/** A session cookie would go over a transport that isn't secure. */
export function insecureTransport(hint: string): WebError {
  return new WebError(
    "ERR_WEB_INSECURE",
    500,
    "a session cookie isn't sent over this connection, which isn't secure",
    hint,
  );
}

/** The cookie can't be set any more. */
export function headersSent(): WebError {
  return new WebError(
    "ERR_WEB_HEADERS_SENT",
    500,
    "the headers of the response have been sent already",
    "log in and out before the response begins",
  );
}
