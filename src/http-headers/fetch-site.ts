// Which page sent a request: Sec-Fetch-Site where the browser tells it, else the Origin header (no CSRF, R-43).

import { findForeignOrigin, type OriginPolicy } from "./origin.js";

/** What a request says about the page behind it. */
export interface PageHeaders {
  /** `Sec-Fetch-Site` (W3C Fetch Metadata): the browser's own word, which no page can set. */
  readonly fetchSite: string | undefined;
  readonly origin: string | undefined;
  /** The host that the client asked for. */
  readonly host: string | undefined;
}

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** Whether requests of this method may change something. Methods are told apart by case; an unknown one may. */
export function isUnsafeMethod(method: string | undefined): boolean {
  return method === undefined || !SAFE_METHODS.has(method);
}

/**
 * What is wrong with the page behind a request that changes something, for the log; `undefined` if nothing is.
 *
 * `same-origin` is better evidence than an Origin equal to Host: it holds the scheme, no proxy rewrites it, and it is
 * there when a page's referrer policy makes the Origin `null`. `none` is the user's own doing: address bar, bookmark.
 * All else, also a word that isn't known yet, is another page, whose Origin must be in the list: `same-site` too, since
 * a neighbouring subdomain needn't be ours.
 */
export function findForeignPage(headers: PageHeaders, policy: OriginPolicy): string | undefined {
  const { fetchSite, origin, host } = headers;
  if (fetchSite === undefined) return findForeignOrigin(origin, host, policy);
  if (fetchSite === "none" || (fetchSite === "same-origin" && policy.sameHost)) return undefined;
  return findForeignOrigin(origin, undefined, { ...policy, sameHost: false, allowAbsent: false });
}
