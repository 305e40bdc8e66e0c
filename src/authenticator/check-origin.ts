// Step 3: the page that opened the WebSocket. A browser sends its cookies to us whatever page asks (CSWSH).

import { type Denial, deny } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";
import type { OriginPolicy } from "./policy.js";

/**
 * The `Origin` header (RFC 6454) against the policy: the same host and port as `Host`, or an entry of the list.
 * Clients that are no browsers send none, which the policy may accept; they can't be tricked by a page.
 */
export function checkOrigin(call: RouterCall, policy: OriginPolicy): Denial | undefined {
  const { origin, host } = call;
  if (origin === undefined) {
    return policy.allowAbsent ? undefined : deny("origin-not-allowed", { detail: "no Origin header" });
  }
  // Sandboxed frames, files and redirects send the word "null": nobody's origin, so it must be allowed by name.
  if (origin === "null") {
    return policy.allow.includes("null") ? undefined : deny("origin-not-allowed", { detail: "null" });
  }
  const url = parseOrigin(origin);
  if (url === undefined) return deny("origin-not-allowed", { detail: "malformed" });
  if (policy.sameHost && host !== undefined && isSameHost(url, host)) return undefined;
  if (policy.allow.some((allowed) => matchesOrigin(url, allowed))) return undefined;
  return deny("origin-not-allowed", { detail: origin });
}

/** Longest origin that is looked at, in characters: a host name has 253 at most. */
const ORIGIN_MAX_LENGTH = 1024;

/**
 * The origin as a URL, if it is nothing but scheme, host and port in visible ASCII. Browsers send hosts in Punycode
 * and decoded: what the URL parser would mend (`\\`, `%61`, full-width letters) comes from none.
 */
function parseOrigin(text: string): URL | undefined {
  // A match of megabytes would overflow the stack: a refusal would become a fault.
  if (text.length > ORIGIN_MAX_LENGTH) return undefined;
  const isBare = /^[a-z][a-z0-9+.-]*:\/\/(?:(?![/?#@\\%])[!-~])+$/i.test(text);
  return isBare && URL.canParse(text) ? new URL(text) : undefined;
}

function isSameHost(origin: URL, host: string): boolean {
  // `Host` has no scheme; with the origin's own, default ports are dropped on both sides alike.
  const own = `${origin.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === origin.host && !/[/?#@]/.test(host);
}

/**
 * Whether an origin is meant by an entry of the list: the same scheme and port, and each label of the host the same
 * or `*`. A `*` stands for exactly one whole label: `https://*.example.com` is neither `https://example.com` nor
 * `https://a.b.example.com`.
 */
function matchesOrigin(origin: URL, allowed: string): boolean {
  const parts = /^([a-z][a-z0-9+.-]*:)\/\/(.+?)(?::(\d+))?$/i.exec(allowed);
  if (parts === null) return false;
  const [, scheme, host, port] = parts as unknown as [string, string, string, string | undefined];
  if (scheme.toLowerCase() !== origin.protocol) return false;
  const defaultPort =
    scheme.toLowerCase() === "https:" ? "443" : scheme.toLowerCase() === "http:" ? "80" : "";
  if ((origin.port || defaultPort) !== (port ?? defaultPort)) return false;
  const wanted = host.toLowerCase().split(".");
  const actual = origin.hostname.split(".");
  return (
    wanted.length === actual.length &&
    wanted.every((label, at) => (label === "*" ? actual[at] !== "" : label === actual[at]))
  );
}
