// What is checked before a session is changed: the page behind the request, and the transport of the cookie.

import { findForeignPage } from "../http-headers/fetch-site.js";
import { toLogText } from "../log/log-text.js";
import { isLocal, pageOf } from "./client-of.js";
import { findWebClient, type WebContext } from "./web-context.js";
import { foreignPage, insecureTransport } from "./web-error.js";
import type { WebRequest } from "./web-message.js";

/** Why the request isn't from a page of ours, whatever its method; `undefined` if it is. */
export function findForeign(context: WebContext, request: WebRequest): string | undefined {
  return findForeignPage(pageOf(request, findWebClient(context, request)), context.origin);
}

/** @throws `ERR_WEB_ORIGIN` if the request isn't from a page of ours, whatever its method */
export function checkPage(context: WebContext, request: WebRequest): void {
  const reason = findForeign(context, request);
  if (reason === undefined) return;
  context.log.info({ event: "web-refused", detail: toLogText(reason) }, "request of a foreign page refused");
  throw foreignPage();
}

/** @throws `ERR_WEB_INSECURE` if a session cookie must not be set over this connection */
export function checkTransport(context: WebContext, request: WebRequest): void {
  const client = findWebClient(context, request);
  if (context.requireSecure && !client.isSecure)
    throw insecureTransport(
      "requireSecure is on: serve https, or name the proxy that does in trustedProxies",
    );
  // A cookie without Secure goes over any connection: fit for http on this machine, and for nothing else.
  if (!context.sessions.policy.attributes.secure && (client.isSecure || !isLocal(request, client)))
    throw insecureTransport("cookie.secure is false, which is for plain http on this machine only");
}
