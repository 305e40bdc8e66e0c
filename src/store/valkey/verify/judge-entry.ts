// One entry of an index, or the key of one oid: does it lead to a record that asks for it?

import { hash } from "node:crypto";
import { CookieAuthenticatorError } from "../../../errors.js";
import { Cookie } from "../../../record/cookie.js";
import { isUuidText } from "../../../record/uuid.js";
import type { FindingKind } from "../../verify/finding-kinds.js";
import { GRACE_MS } from "../commit-script.js";
import { expiryEntry, hashAuthid, indexedAuthid, type ValkeyKeys } from "../valkey-keys.js";
import type { Verdict } from "./verdict.js";

const RIGHT: Verdict = { observations: [] };
/** As `expiryEntry` makes it. */
const EXPIRY_ENTRY = /^(\d{20})\/([0-9a-f-]{36})\/([\w-]{43})?$/;
const NS_PER_MS = 1_000_000n;

/** Where an entry is. */
export interface EntryIndex {
  readonly is: "all oids" | "by user" | "by expiry";
  readonly key: string;
}

/** What the oid of an entry leads to. */
export interface EntryTarget {
  readonly value: Buffer | null;
  readonly record: Buffer | null;
}

/** @param nowMs an entry whose time has passed by a while is of a record that the server's TTL has removed */
export function judgeEntry(
  keys: ValkeyKeys,
  index: EntryIndex,
  entry: Buffer,
  target: EntryTarget,
  nowMs: number,
): Verdict {
  const text = entry.toString("latin1");
  const parts = index.is === "by expiry" ? EXPIRY_ENTRY.exec(text) : [text, "", text];
  const [, timeNs = "", oid = ""] = parts ?? [];
  if (!isUuidText(oid) || oid !== oid.toLowerCase()) {
    return {
      observations: [{ kind: "session-entry-malformed", what: `${index.is}, ${entry.length} bytes` }],
      mend: { of: "entry", args: ["malformed", index.key, entry, "", "", ""] },
    };
  }
  const wrong = (kind: FindingKind): Verdict => ({
    observations: [{ kind, oid, what: index.is }],
    mend: { of: "entry", args: ["member", index.key, entry, oid, sha1(target.value), sha1(target.record)] },
  });
  if (target.value === null || target.record === null) {
    // What only the TTL has removed leaves the indexes later; of the others only this one says when that is.
    const isLag = index.is !== "by expiry" || Number(BigInt(timeNs) / NS_PER_MS) + GRACE_MS < nowMs;
    return wrong(isLag ? "session-index-lag" : "session-entry-without-record");
  }
  const cookie = castRecord(target.record);
  if (cookie === undefined)
    return { observations: [{ kind: "session-entry-unjudged", oid, what: index.is }] };
  return asksFor(keys, cookie, index, oid, text) ? RIGHT : wrong("session-entry-contradicted");
}

/** Judges the key that says under which value the record of an oid is. */
export function judgeOidKey(key: string, oid: string, { value, record }: EntryTarget): Verdict {
  const wrong = (kind: FindingKind): Verdict => ({
    observations: [{ kind, ...(isUuidText(oid) ? { oid } : {}) }],
    mend: { of: "entry", args: ["oid", key, "", oid, sha1(value), sha1(record)] },
  });
  if (!isUuidText(oid)) return wrong("index-entry-malformed");
  if (record === null) return wrong("index-key-without-record");
  const cookie = castRecord(record);
  if (cookie === undefined) return { observations: [{ kind: "index-key-unjudged", oid }] };
  return cookie.oid === oid ? RIGHT : wrong("index-key-of-other-value");
}

function asksFor(
  keys: ValkeyKeys,
  cookie: Cookie,
  { is, key }: EntryIndex,
  oid: string,
  entry: string,
): boolean {
  if (cookie.oid !== oid) return false;
  if (is === "all oids") return true;
  if (is === "by expiry") return expiryEntry(cookie) === entry;
  const authid = indexedAuthid(cookie);
  return authid !== undefined && key === `${keys.start}:a:${hashAuthid(authid)}`;
}

function castRecord(record: Buffer): Cookie | undefined {
  try {
    return Cookie.cast(record);
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}

function sha1(bytes: Buffer | null): string {
  return bytes === null ? "" : hash("sha1", bytes);
}
