// The Origin header (RFC 6454) against the one policy that both doors share: HTTP requests and WebSocket handshakes.

/** Which Origin headers are accepted when a client sends one. */
export interface OriginPolicy {
  /** Accept an origin whose host and port are those of the request's `Host` header. */
  readonly sameHost: boolean;
  /** Further origins, `scheme://host[:port]`; a label of the host may be `*`; the word `null` accepts `Origin: null`. */
  readonly allow: readonly string[];
  /** Accept clients that send no Origin (anything that is no browser). */
  readonly allowAbsent: boolean;
}

/**
 * What is wrong with an `Origin`, for the log; `undefined` if nothing is: it is the same host and port as `Host`, or
 * an entry of the list. Clients that are no browsers send none, which the policy may accept; they can't be tricked by
 * a page.
 *
 * @param host the `Host` header, as the client sent it
 */
export function findForeignOrigin(
  origin: string | undefined,
  host: string | undefined,
  policy: OriginPolicy,
): string | undefined {
  if (origin === undefined) return policy.allowAbsent ? undefined : "no Origin header";
  // Sandboxed frames, files and redirects send the word "null": nobody's origin, so it must be allowed by name.
  if (origin === "null") return policy.allow.includes("null") ? undefined : "null";
  const url = parseOrigin(origin);
  if (url === undefined) return "malformed";
  if (policy.sameHost && host !== undefined && isSameHost(url, origin, host)) return undefined;
  return policy.allow.some((allowed) => matchesOrigin(url, allowed)) ? undefined : origin;
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
  if (!isBare) return undefined;
  try {
    return new URL(text); // to ask `canParse` first would parse each good one twice
  } catch {
    return undefined;
  }
}

function isSameHost(origin: URL, text: string, host: string): boolean {
  // `Host` has no scheme; with the origin's own, default ports are dropped on both sides alike.
  const own = `${origin.protocol}//${host}`;
  if (own === text) return true; // as browsers send it: nothing to parse
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
