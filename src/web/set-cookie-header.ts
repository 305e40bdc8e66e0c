// Our Set-Cookie line among those of others, in a response that no cache keeps.

import { headersSent } from "./web-error.js";
import { linesOf, type WebResponse } from "./web-message.js";

/** @throws `ERR_WEB_HEADERS_SENT` */
export function checkHeadersOpen(response: WebResponse): void {
  if (response.headersSent) throw headersSent();
}

/**
 * Adds the line. Cookies of other names stay; of ours there is one at most, so that what a browser keeps doesn't depend
 * on order. `Cache-Control: no-store`, whatever was there: a cache that kept the response would hand out the session.
 *
 * @throws `ERR_WEB_HEADERS_SENT`
 */
export function putSetCookie(response: WebResponse, name: string, line: string): void {
  checkHeadersOpen(response);
  const others = linesOf(response, "set-cookie").filter((other) => !other.startsWith(`${name}=`));
  response.setHeader("set-cookie", [...others, line]);
  response.setHeader("cache-control", "no-store");
}

/** The value that the response sets already, if there is one: it is nobody's as soon as another line takes its place. */
export function findSetValue(response: WebResponse, name: string): string | undefined {
  const line = linesOf(response, "set-cookie").find((other) => other.startsWith(`${name}=`));
  const [value] = line?.slice(name.length + 1).split(";", 1) ?? [];
  return value === "" ? undefined : value;
}

/** Says that the response depends on the request's cookies: a cache must not give one user's page to another. */
export function addVaryCookie(response: WebResponse): void {
  if (response.headersSent) return;
  const fields = linesOf(response, "vary").flatMap((line) => line.split(","));
  const names = fields.map((field) => field.trim()).filter((field) => field !== "");
  if (names.some((field) => field === "*" || field.toLowerCase() === "cookie")) return;
  response.setHeader("vary", [...names, "Cookie"].join(", "));
}
