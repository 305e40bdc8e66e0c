// Listings of the store in memory: filtered, in order, in pages.

import type { Cookie } from "../../record/cookie.js";
import type { CookieFilter, CookiePage, CookieUse, ListOptions } from "../cookie-reader.js";
import { type MemoryState, toOidKey } from "./memory-state.js";

const NS_PER_SECOND = 1_000_000_000n;
/** Hexadecimal digits of the largest expiry: 2^64 ns and 2^53 s. */
const EXPIRY_DIGITS = 24;

/** One page. The indexes in memory are always exact, so `isComplete` changes nothing. */
export function listCookies(state: MemoryState, options: ListOptions): CookiePage {
  const { where, withUse } = options;
  const after = options.after === undefined ? "" : toPosition(options.after);
  const rest = [...state.byOid.values()]
    .filter((cookie) => fits(cookie, where))
    .map((cookie) => [positionOf(cookie, where), cookie] as const)
    .filter(([position]) => position > after)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = rest.slice(0, options.limit);
  const cookies = page.map(([, cookie]) => cookie);
  return {
    cookies,
    uses: withUse === true ? usesOf(state, cookies) : new Map(),
    damaged: [],
    next: rest.length > page.length ? page.at(-1)?.[0] : undefined,
  };
}

/** The cookies of a user, compared byte for byte. */
export function listByAuthid(state: MemoryState, authid: string): Cookie[] {
  return [...state.byOid.values()].filter((cookie) => cookie.authid === authid);
}

/** When the record's own lifetime is over, ns since 1970 UTC. */
function ownExpiryNs(cookie: Cookie): bigint | undefined {
  const { maxAgeSeconds } = cookie;
  return maxAgeSeconds === undefined ? undefined : cookie.createdNs + BigInt(maxAgeSeconds) * NS_PER_SECOND;
}

function fits(cookie: Cookie, where: CookieFilter | undefined): boolean {
  if (where === undefined) return true;
  if ("authid" in where) return cookie.authid === where.authid;
  const expiryNs = ownExpiryNs(cookie);
  return expiryNs !== undefined && expiryNs <= where.expiredAtNs;
}

/** Where a cookie stands in its listing, as text that sorts alike: the oid, with the expiry before it where that counts. */
function positionOf(cookie: Cookie, where: CookieFilter | undefined): string {
  if (where === undefined || "authid" in where) return cookie.oid;
  return `${(ownExpiryNs(cookie) ?? 0n).toString(16).padStart(EXPIRY_DIGITS, "0")}/${cookie.oid}`;
}

/** @throws `ERR_COOKIE_FIELD` if it is no `next` of ours */
function toPosition(after: string): string {
  const oid = after.slice(after.indexOf("/") + 1);
  return after.slice(0, after.length - oid.length) + toOidKey(oid);
}

function usesOf(state: MemoryState, cookies: readonly Cookie[]): ReadonlyMap<string, CookieUse> {
  const uses = new Map<string, CookieUse>();
  for (const { oid } of cookies) {
    const use = state.uses.get(oid);
    if (use !== undefined) uses.set(oid, use);
  }
  return uses;
}
