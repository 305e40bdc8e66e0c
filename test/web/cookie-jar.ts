// A browser's cookie jar for one page, by the letter of RFC 6265bis (draft 22), sections 5.6 and 5.7.

export interface StoredCookie {
  readonly value: string;
  /** Seconds until it expires; `undefined`: with the browser. */
  readonly maxAge: number | undefined;
  readonly domain: string | undefined;
  readonly path: string;
  readonly flags: readonly string[];
  readonly sameSite: string | undefined;
}

/** Cookies by name, domain and path, which is how browsers tell them apart. */
export type CookieJar = Map<string, StoredCookie>;

const MAX_AGE = 400 * 86_400;

/** Keeps what `line` sets on a response of `url`, or says why a browser wouldn't. `nowMs`: for Expires. */
export function keepCookie(jar: CookieJar, line: string, url: string, nowMs: number): string | undefined {
  const { hostname, protocol, pathname } = new URL(url);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what the rule is about.
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) return "control characters";
  const [pair = "", ...attributes] = line.split(";");
  const [name, value] = splitAtEquals(pair);
  if (name.length + value.length === 0 || name.length + value.length > 4096) return "size";
  const last = new Map(
    attributes
      .map(splitAtEquals)
      .filter(([, text]) => text.length <= 1024)
      .map(([key, text]) => [key.toLowerCase(), text] as const),
  );
  const has = (key: string): boolean => last.has(key);
  const domain = last.get("domain")?.replace(/^\./, "").toLowerCase() || undefined;
  if (domain !== undefined && hostname !== domain && !hostname.endsWith(`.${domain}`)) return "domain";
  const path = last.get("path")?.startsWith("/") ? (last.get("path") ?? "/") : defaultPath(pathname);
  const sameSite = last.get("samesite")?.toLowerCase();
  const isSecure = has("secure");
  if (isSecure && protocol !== "https:") return "secure from http";
  if (sameSite === "none" && !isSecure) return "samesite";
  if (has("partitioned") && !isSecure) return "partitioned";
  const lower = name.toLowerCase();
  if (lower.startsWith("__secure-") && !isSecure) return "prefix";
  if (lower.startsWith("__host-") && !(isSecure && domain === undefined && path === "/" && has("path")))
    return "prefix";
  if (/^__(host-)?http-/.test(lower) && !(isSecure && has("httponly"))) return "prefix";

  const key = JSON.stringify([name, domain, path]);
  const maxAge = findMaxAge(last.get("max-age"), last.get("expires"), nowMs);
  if (maxAge !== undefined && maxAge <= 0) jar.delete(key);
  else {
    const flags = ["httponly", "secure", "partitioned"].filter(has);
    jar.set(key, { value, maxAge, domain, path, flags, sameSite });
  }
  return undefined;
}

function splitAtEquals(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return at === -1 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function defaultPath(pathname: string): string {
  const end = pathname.lastIndexOf("/");
  return end <= 0 ? "/" : pathname.slice(0, end);
}

/** Max-Age wins over Expires, and both are cut to 400 days. */
function findMaxAge(
  maxAge: string | undefined,
  expires: string | undefined,
  nowMs: number,
): number | undefined {
  const wanted =
    maxAge !== undefined && /^-?\d+$/.test(maxAge)
      ? Number(maxAge)
      : expires === undefined || Number.isNaN(Date.parse(expires))
        ? undefined
        : (Date.parse(expires) - nowMs) / 1000;
  return wanted === undefined ? undefined : Math.min(wanted, MAX_AGE);
}
