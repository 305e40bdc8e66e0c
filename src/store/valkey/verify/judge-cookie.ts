// One record: decodable, under its own value, and found by its oid and by all indexes; gone neither too early nor too late.

import { hash } from "node:crypto";
import { CookieAuthenticatorError } from "../../../errors.js";
import { Cookie } from "../../../record/cookie.js";
import type { Observation } from "../../verify/findings.js";
import { isSha256Value } from "../../verify/is-unhashed-value.js";
import { asBytes } from "../known-state.js";
import type { Argument, Reply } from "../valkey-client.js";
import { expiryEntry, expiryMs, hashAuthid, indexedAuthid } from "../valkey-keys.js";
import type { Verdict } from "./verdict.js";

/** No such key, and a key without an end, as `PEXPIRETIME` says. */
const NO_KEY = -2;
const NO_END = -1;

/** A record as it was seen, with what it asks of the indexes. */
export interface SeenRecord {
  /** As it is stored: the end of its key. */
  readonly value: string;
  readonly cookie: Cookie;
  /** Names it for the scripts: see JUDGE_SCRIPT. */
  readonly args: readonly Argument[];
}

/** What is wrong with the record by itself, and what is to be looked at if it can be read. */
export function seeRecord(
  value: string,
  bytes: Buffer,
  areValuesHashed: boolean,
): { readonly observations: readonly Observation[]; readonly seen: SeenRecord | undefined } {
  let cookie: Cookie;
  let oid: string | undefined;
  try {
    cookie = Cookie.cast(bytes);
    oid = cookie.oid;
    cookie.toFields(); // decodes every field
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    // The messages of the record's errors name fields, never what is in them.
    const where = oid === undefined ? {} : { oid };
    return {
      observations: [{ kind: "record-undecodable", ...where, what: error.message }],
      seen: undefined,
    };
  }
  // Such a record logs nobody in, and must not: nothing may lead to it.
  if (!cookie.hasValue(value))
    return { observations: [{ kind: "record-under-other-value", oid }], seen: undefined };
  const observations: Observation[] =
    areValuesHashed && !isSha256Value(value) ? [{ kind: "record-value-not-hashed", oid }] : [];
  const authid = indexedAuthid(cookie);
  const user = authid === undefined ? "" : hashAuthid(authid);
  const args = [value, hash("sha1", bytes), oid, user, expiryEntry(cookie) ?? ""];
  return { observations, seen: { value, cookie, args } };
}

/**
 * Judges a record by what JUDGE_SCRIPT says of it.
 *
 * @returns bytes if the record is another one by now; `undefined` if it is gone
 */
export function judgeCookie(seen: SeenRecord, answer: readonly Reply[]): Verdict | Buffer | undefined {
  const [record, leadsTo, other, ...numbers] = answer;
  if (record === null || record === undefined) return undefined;
  if (Buffer.isBuffer(record)) return record;
  const [hasOid, hasUser, hasExpiry, recordEndMs, oidEndMs, useEndMs] = numbers.map(Number);
  const { oid } = seen.cookie;
  const path = judgePath(seen, asBytes(leadsTo), asBytes(other));
  // Its entries would contradict those of the record that has the oid: adding them mends nothing.
  if (path?.observation.kind === "duplicate-oid") return { observations: [path.observation] };
  const missing = [
    [hasOid, "all oids"],
    [hasUser, "by user"],
    [hasExpiry, "by expiry"],
  ] as const;
  const overMs = expiryMs(seen.cookie);
  const ends = [
    [recordEndMs ?? NO_KEY, "the record"],
    [oidEndMs ?? NO_KEY, "its oid"],
    [useEndMs ?? NO_KEY, "its last use"],
  ] as const;
  const observations: Observation[] = [
    ...(path === undefined ? [] : [path.observation]),
    ...missing.flatMap(([has, what]): Observation[] =>
      has === 0 ? [{ kind: "session-entry-missing", oid, what }] : [],
    ),
    ...ends.flatMap(([endMs, what]) => judgeEnd(endMs, overMs, { oid, what })),
  ];
  if (observations.length === 0) return { observations };
  const over = overMs === undefined ? "" : String(overMs);
  return { observations, mend: { of: "record", args: [...seen.args, over, path?.otherSha1 ?? ""] } };
}

/** Whether the oid leads to the record. */
function judgePath(
  { value, cookie: { oid } }: SeenRecord,
  leadsTo: Buffer | null,
  other: Buffer | null,
): { readonly observation: Observation; readonly otherSha1?: string } | undefined {
  if (leadsTo === null) return { observation: { kind: "record-without-index-key", oid } };
  if (leadsTo.equals(Buffer.from(value))) return undefined;
  if (other === null) return { observation: { kind: "record-with-wrong-index-key", oid } };
  const owner = oidOf(other);
  // One oid, two values: which of them is the session can't be said, and one of them is no record that we wrote.
  if (owner === undefined || owner === oid) return { observation: { kind: "duplicate-oid", oid } };
  return { observation: { kind: "record-with-wrong-index-key", oid }, otherSha1: hash("sha1", other) };
}

/** @param overMs when the cookie's own time is over; `undefined`: never */
function judgeEnd(
  endMs: number,
  overMs: number | undefined,
  of: Pick<Observation, "oid" | "what">,
): Observation[] {
  if (endMs === NO_KEY) return [];
  if (endMs === NO_END) return overMs === undefined ? [] : [{ kind: "ttl-missing", ...of }];
  return overMs === undefined || endMs < overMs ? [{ kind: "ttl-too-early", ...of }] : [];
}

/** The oid that a record says it has; `undefined` if it can't be read. */
export function oidOf(record: Buffer): string | undefined {
  try {
    return Cookie.cast(record).oid;
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}
