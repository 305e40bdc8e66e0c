// Takes a cookie away whose record can't be read: record, last use, oid and index entries, without decoding them.

import { isUtf8 } from "node:buffer";
import { hash, randomBytes } from "node:crypto";
import { isDamage } from "../../errors.js";
import { Cookie } from "../../record/cookie.js";
import { COMMIT_SCRIPT } from "./commit-script.js";
import { asBytes, asList } from "./known-state.js";
import { COOKIES_SCRIPT } from "./read-scripts.js";
import type { Argument, Script, ValkeyClient } from "./valkey-client.js";
import type { OnCommitted } from "./valkey-cookie-writer.js";
import { storeBusy, unexpectedReply } from "./valkey-errors.js";
import { indexedAuthid, type ValkeyKeys } from "./valkey-keys.js";
import type { ValkeyMarks } from "./valkey-marks.js";
import { toOidKey } from "./valkey-transaction.js";

/** Entries that one script looks at: the server does nothing else meanwhile. */
const STEP = 2000;
const MAX_TRIES = 10;
const TOKEN_BYTES = 16;

/**
 * The entries of an oid in the index by expiry, where a record that can't be read doesn't say them. KEYS: expiries. ARGV:
 * oid, from, how many to look at. Answers: how many were looked at, the last of them, then the oid's own.
 */
const FIND_ENTRIES_SCRIPT: Script = {
  name: "find entries",
  source: `
local entries = redis.call('ZRANGE', KEYS[1], ARGV[2], '+', 'BYLEX', 'LIMIT', 0, ARGV[3])
local answer = {#entries, entries[#entries] or ''}
for _, entry in ipairs(entries) do
  if string.sub(entry, 22, 57) == ARGV[1] then answer[#answer + 1] = entry end
end
return answer`,
};

export interface RemovalParts {
  readonly client: ValkeyClient;
  readonly keys: ValkeyKeys;
  readonly marks: ValkeyMarks;
  readonly onCommitted?: OnCommitted | undefined;
}

/**
 * Removes the cookie of an oid in one commit, whatever its record is, so that components notice it as any other removal. A
 * readable record of another cookie, to which the oid leads by mistake, stays. The entry by user is known by the entry by
 * expiry or by what can be read of the record; without both it stays, shows nothing, and goes with `db verify --repair`.
 *
 * @returns `false` if there is no such oid
 * @throws what the client throws; `ERR_STORE_BUSY` if it is written by others again and again
 */
export async function removeDamaged(
  { client, keys, marks, onCommitted }: RemovalParts,
  oid: string,
): Promise<boolean> {
  const name = toOidKey(oid);
  const entries = await findEntries(client, keys, name);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const values = (await marks.findHashing()) ? "sha256" : "plain";
    const [answer] = asList(await client.read(COOKIES_SCRIPT, [keys.marks], [keys.start, name]));
    const [stored, record] = asList(answer).map(asBytes);
    if (!stored) return false;
    const value = findOwnValue(name, stored, record ?? null);
    const { names, args } = toArguments(keys, name, {
      values,
      stored,
      value,
      record: record ?? null,
      entries,
    });
    const reply = asList(await client.write(COMMIT_SCRIPT, names, args));
    const is = asBytes(reply[0])?.toString("latin1");
    if (is === "made") {
      if (value !== undefined) for (const part of ["record", "use"] as const) onCommitted?.(value, part);
      return true;
    }
    // Others have written it, or have made the store anew, since it was read.
    if (is === "values") marks.forget();
    else if (is !== "conflict") throw unexpectedReply(COMMIT_SCRIPT.name);
  }
  throw storeBusy(MAX_TRIES);
}

/** The stored value whose record and use go; `undefined`: none, since it is no text or another cookie's. */
function findOwnValue(oid: string, stored: Buffer, record: Buffer | null): string | undefined {
  if (!isUtf8(stored)) return undefined;
  const value = stored.toString("utf8");
  const isOthers = readable(record, (cookie) => cookie.oid !== oid && cookie.hasValue(value));
  return isOthers === true ? undefined : value;
}

async function findEntries(client: ValkeyClient, keys: ValkeyKeys, oid: string): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  let from: Argument = "-";
  for (;;) {
    const reply = asList(await client.read(FIND_ENTRIES_SCRIPT, [keys.expiries], [oid, from, String(STEP)]));
    const [last, ...entries] = reply.slice(1).map(asBytes);
    found.push(...entries.filter((entry) => entry !== null));
    if (Number(reply[0]) < STEP || !last) return found;
    from = Buffer.concat([Buffer.from("("), last]);
  }
}

interface Removal {
  readonly values: string;
  readonly stored: Buffer;
  readonly value: string | undefined;
  readonly record: Buffer | null;
  readonly entries: readonly Buffer[];
}

/** As COMMIT_SCRIPT takes them: one change for each index entry, for most cookies one. */
function toArguments(keys: ValkeyKeys, oid: string, { values, stored, value, record, entries }: Removal) {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const names = [keys.marks, keys.oids, keys.expiries, keys.commit(token), keys.changes];
  const numberOf = (key: string): string => String(names.push(key));
  const oidKey = numberOf(keys.oid(oid));
  // What isn't its own stays: then the oid's key stands in for record and use.
  const [recordKey, useKey] =
    value === undefined ? [oidKey, oidKey] : [numberOf(keys.record(value)), numberOf(keys.use(value))];
  // A key of another type comes as a record without bytes, and can't be compared.
  const isCompared = value !== undefined && record?.length !== 0;
  const authid = value === undefined ? undefined : readable(record, indexedAuthid);
  const users = new Set([
    ...(authid === undefined ? [] : [keys.user(authid)]),
    ...entries.flatMap((entry) => {
      const user = entry.toString("latin1").slice(58);
      return user === "" ? [] : [`${keys.start}:a:${user}`];
    }),
  ]);
  const userKeys = [...users].map(numberOf);
  const changes = Math.max(1, userKeys.length, entries.length);
  const args: Argument[] = [keys.start, token, values, "", "", isCompared ? "2" : "1", String(changes)];
  args.push("value", oidKey, hash("sha1", stored));
  if (isCompared) args.push("value", recordKey, record === null ? "" : hash("sha1", record));
  for (let at = 0; at < changes; at += 1) {
    args.push(oid, oidKey, recordKey, useKey, userKeys[at] ?? "0", entries[at] ?? "");
    args.push("0", "0", "0", "", "", "", "0", "");
  }
  return { names, args };
}

function readable<T>(record: Buffer | null, read: (cookie: Cookie) => T): T | undefined {
  try {
    return record === null ? undefined : read(Cookie.cast(record));
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
