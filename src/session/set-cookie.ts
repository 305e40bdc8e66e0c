// The Set-Cookie header of a session, and the rules that browsers hold it to (RFC 6265bis).

import { stringifySetCookie } from "cookie";
import { COOKIE_VALUE_MAX_LENGTH, isCookieValue } from "../record/cookie-value.js";
import { NS_PER_SECOND } from "./seconds.js";
import { argumentError } from "./session-errors.js";
import type { CookieAttributes, SessionPolicy } from "./session-policy.js";

/** Browsers cut a longer life to this (RFC 6265bis, section 5.5): 400 days, in seconds. */
const COOKIE_MAX_AGE_SECONDS = 400 * 86_400;
/** Browsers ignore cookies whose name and value are longer, in bytes (section 5.6). */
const NAME_AND_VALUE_MAX_BYTES = 4096;
/** Browsers ignore attributes whose value is longer, in bytes (section 5.6). */
const ATTRIBUTE_MAX_BYTES = 1024;

/** A `token` of RFC 9110, which a cookie's name is. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII and blanks, without `;` (section 4.1.1), and without `<`, which the package `cookie` refuses as well. */
const PATH = /^\/[\x20-\x3a\x3d-\x7e]*$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** One attribute that browsers would refuse the cookie for. */
export interface AttributeProblem {
  /** The key of `CookieAttributes`, or `name`. */
  readonly field: keyof CookieAttributes | "name";
  readonly message: string;
}

/** A condition under which browsers drop the cookie, and what to say of it. */
type Rule = readonly [isBroken: boolean, field: AttributeProblem["field"], message: string];

/** Why browsers would refuse a cookie of this name with these attributes; empty if they wouldn't. */
export function checkCookieAttributes(attributes: CookieAttributes, name: string): AttributeProblem[] {
  const { path, domain, secure, httpOnly, sameSite, partitioned } = attributes;
  // Browsers compare the prefixes without regard to case (section 5.7).
  const lowerName = name.toLowerCase();
  const isHost = lowerName.startsWith("__host-");
  const isHttp = lowerName.startsWith("__http-") || lowerName.startsWith("__host-http-");
  const needsSecure = isHost || isHttp || lowerName.startsWith("__secure-");
  const nameBytes = Buffer.byteLength(name, "utf8");
  const rules: readonly Rule[] = [
    [!TOKEN.test(name), "name", "a cookie's name is letters, digits and !#$%&'*+-.^_`|~"],
    [
      nameBytes + COOKIE_VALUE_MAX_LENGTH > NAME_AND_VALUE_MAX_BYTES,
      "name",
      `name and value have more than ${NAME_AND_VALUE_MAX_BYTES} bytes together`,
    ],
    [!PATH.test(path), "path", "a path begins with / and holds visible ASCII without ; and <"],
    [path.length > ATTRIBUTE_MAX_BYTES, "path", `longer than ${ATTRIBUTE_MAX_BYTES} bytes`],
    [domain !== undefined && !isDomain(domain), "domain", "no domain name (without a leading dot)"],
    [needsSecure && !secure, "secure", "the prefix of the name demands Secure"],
    [isHost && path !== "/", "path", "the prefix __Host- demands the path /"],
    [isHost && domain !== undefined, "domain", "the prefix __Host- forbids a domain"],
    [isHttp && !httpOnly, "httpOnly", "the prefix of the name demands HttpOnly"],
    [sameSite === "None" && !secure, "sameSite", "SameSite=None demands Secure"],
    [partitioned && !secure, "partitioned", "Partitioned demands Secure"],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, field, message]) => ({ field, message }));
}

function isDomain(domain: string): boolean {
  return domain.length <= 253 && DOMAIN.test(domain);
}

/**
 * The header for a session's value. Max-Age is what is left of its life, at most 400 days, which a session that
 * never expires gets; Expires says the same for clients that don't know Max-Age.
 *
 * @param expiryNs the session's absolute end, ns since 1970 UTC; `undefined`: never
 * @throws `ERR_SESSION_ARGUMENT` if the value is no cookie value, or name or attributes are against the rules
 */
export function toSetCookie(
  value: string,
  expiryNs: bigint | undefined,
  nowNs: bigint,
  policy: Pick<SessionPolicy, "cookieName" | "attributes">,
): string {
  if (!isCookieValue(value)) throw argumentError("value", "not a cookie value");
  const leftNs = expiryNs === undefined ? undefined : expiryNs > nowNs ? expiryNs - nowNs : 0n;
  const leftSeconds = leftNs === undefined ? COOKIE_MAX_AGE_SECONDS : Number(leftNs / NS_PER_SECOND);
  const maxAge = Math.min(leftSeconds, COOKIE_MAX_AGE_SECONDS);
  return stringify(value, maxAge, new Date(Number(nowNs / 1_000_000n) + maxAge * 1000), policy);
}

/** The header that removes the cookie: the same name and attributes, since browsers tell cookies apart by them. */
export function toClearCookie(policy: Pick<SessionPolicy, "cookieName" | "attributes">): string {
  return stringify("", 0, new Date(0), policy);
}

function stringify(
  value: string,
  maxAge: number,
  expires: Date,
  { cookieName, attributes }: Pick<SessionPolicy, "cookieName" | "attributes">,
): string {
  const [problem] = checkCookieAttributes(attributes, cookieName);
  if (problem !== undefined) throw argumentError(problem.field, problem.message);
  const { path, domain, secure, httpOnly, sameSite, partitioned } = attributes;
  // All of it is checked: the package's own errors would hold the value.
  return stringifySetCookie(
    {
      name: cookieName,
      value,
      maxAge,
      expires,
      path,
      ...(domain === undefined ? {} : { domain }),
      secure,
      httpOnly,
      partitioned,
      sameSite: sameSite.toLowerCase() as Lowercase<typeof sameSite>,
    },
    // Not percent-encoded: Crossbar sends and compares values as they are.
    { encode: (text) => text },
  );
}
