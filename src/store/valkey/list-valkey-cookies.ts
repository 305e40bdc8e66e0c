// Pages of cookies: through the index of all oids, of a user's, or of expiries, with the records, in one script.

import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import { isUuidText } from "../../record/uuid.js";
import type { CookieFilter, CookiePage, CookieUse, ListOptions } from "../cookie-reader.js";
import { decodeUse } from "../cookie-uses.js";
import { findOwnExpiryNs, MAX_U64 } from "../session-index-keys.js";
import { judgeRecord } from "./judge-record.js";
import { asBytes, asList, toValue } from "./known-state.js";
import { PAGE_SCRIPT } from "./read-scripts.js";
import type { Reply, ValkeyClient } from "./valkey-client.js";
import { expiryEntry, timeText, type ValkeyKeys } from "./valkey-keys.js";
import { toOidKey } from "./valkey-transaction.js";

/** Entries that one script looks at, whatever is asked for: the server does nothing else meanwhile. */
export const PAGE_AT_MOST = 500;
/** `next` of a listing by expiry: the entry without its user. */
const EXPIRY_CURSOR = /^[0-9]{20}\/(?=.{36}$)/;
/** Where the oid begins in an entry of the index by expiry, as Lua counts. */
const OID_IN_EXPIRY = 22;
/** After all characters of an authid's hash: base64url. */
const AFTER_HASHES = "~";

interface Range {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly oidAt: number;
}

/**
 * One page, of one moment. Our indexes are exact, so that `isComplete` changes nothing; what only the TTL removed is
 * passed over.
 *
 * @throws `ERR_COOKIE_FIELD` if `after` is no `next` of such a listing
 */
export async function listValkeyCookies(
  client: ValkeyClient,
  keys: ValkeyKeys,
  options: ListOptions,
): Promise<CookiePage> {
  const { where, withUse } = options;
  const range = toRange(keys, options);
  const limit = Math.min(options.limit, PAGE_AT_MOST);
  const args = [keys.start, range.from, range.to, String(limit + 1), String(range.oidAt)];
  const reply = asList(await client.read(PAGE_SCRIPT, [keys.marks, range.key], args));
  const cookies: Cookie[] = [];
  const uses = new Map<string, CookieUse>();
  const damaged: CookiePage["damaged"][number][] = [];
  let last: string | undefined;
  for (const answer of reply.slice(0, limit)) {
    const [entry, stored, record, use] = asList(answer);
    last = asBytes(entry)?.toString("latin1") ?? "";
    const oid = last.slice(range.oidAt - 1, range.oidAt + 35);
    const found = judge(oid, stored, record, where);
    if (found === undefined || isOfOtherEntry(found, range, last)) continue;
    if ("error" in found) {
      damaged.push(found);
      continue;
    }
    cookies.push(found);
    const decoded = withUse === true && Buffer.isBuffer(use) ? decodeUse(use) : undefined;
    if (decoded !== undefined) uses.set(oid, decoded);
  }
  const next = reply.length > limit ? last?.slice(0, range.oidAt + 35) : undefined;
  return { cookies, uses, damaged, next };
}

function toRange(keys: ValkeyKeys, { where, after }: ListOptions): Range {
  if (where !== undefined && "expiredAtNs" in where) {
    const from = after === undefined ? "-" : `(${toExpiryCursor(after)}/${AFTER_HASHES}`;
    return { key: keys.expiries, from, to: expiredUntil(where.expiredAtNs), oidAt: OID_IN_EXPIRY };
  }
  const key = where === undefined ? keys.oids : keys.user(where.authid);
  return { key, from: after === undefined ? "-" : `(${toOidKey(after)}`, to: "+", oidAt: 1 };
}

/** The end of the range: all entries of expiries up to and at a time. */
function expiredUntil(expiredAtNs: bigint): string {
  if (expiredAtNs < 0n) return "-";
  return expiredAtNs >= MAX_U64 ? "+" : `(${timeText(expiredAtNs + 1n)}`;
}

function toExpiryCursor(after: string): string {
  const [time] = EXPIRY_CURSOR.exec(after) ?? [];
  if (time !== undefined && isUuidText(after.slice(time.length))) return after.toLowerCase();
  throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "not the `next` of a listing by expiry", {
    details: { length: after.length },
  });
}

type Found = Cookie | CookiePage["damaged"][number] | undefined;

function judge(
  oid: string,
  stored: Reply | undefined,
  record: Reply | undefined,
  where: CookieFilter | undefined,
): Found {
  try {
    const [value, bytes] = [asBytes(stored), asBytes(record)];
    if (value === null || bytes === null) return undefined;
    const cookie = judgeRecord(bytes, { value: toValue(value, oid), oid });
    return fits(cookie, where) ? cookie : undefined;
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    return { oid, error };
  }
}

function fits(cookie: Cookie, where: CookieFilter | undefined): boolean {
  if (where === undefined) return true;
  if ("authid" in where) return cookie.authid === where.authid;
  const expiryNs = findOwnExpiryNs(cookie);
  return expiryNs !== undefined && expiryNs <= where.expiredAtNs;
}

/** An entry may be older than its record, in a damaged store: only the entry that the record asks for now shows it. */
function isOfOtherEntry(found: NonNullable<Found>, { oidAt }: Range, entry: string): boolean {
  return oidAt === OID_IN_EXPIRY && !("error" in found) && expiryEntry(found) !== entry;
}
