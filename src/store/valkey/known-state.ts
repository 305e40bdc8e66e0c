// What a transaction knows of the store: the contents of some keys, all read at one moment.

import { isUtf8 } from "node:buffer";
import { READ_SCRIPT } from "./read-scripts.js";
import type { Reply, ValkeyClient } from "./valkey-client.js";
import { inconsistent, unexpectedReply } from "./valkey-errors.js";
import { hashAuthid, type ValkeyKeys } from "./valkey-keys.js";
import { parseClock } from "./valkey-marks.js";

/** Something that a transaction asks for. A value is as it is stored. */
export type Want =
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "oid"; readonly name: string }
  | { readonly kind: "user"; readonly name: string };

/** Contents of keys by their names; `null`: there is no such key. A name that is missing isn't known. */
export interface KnownState {
  readonly strings: ReadonlyMap<string, Buffer | null>;
  /** Oids by the key of their user. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

export const NOTHING_KNOWN: KnownState = { strings: new Map(), members: new Map() };

/** Reads all that is wanted in one script. @throws what the client throws; `ERR_STORE_INCONSISTENT` */
export async function readWants(
  client: ValkeyClient,
  keys: ValkeyKeys,
  wants: Iterable<Want>,
): Promise<KnownState & { readonly clockNs: bigint }> {
  const list = [...wants];
  const names = list.map((want) => keyOf(keys, want));
  const args = list.flatMap(({ kind, name }) => [kind, kind === "user" ? hashAuthid(name) : name]);
  const reply = await client.read(READ_SCRIPT, [keys.marks, ...names], [keys.start, ...args]);
  const [clock, ...answers] = asList(reply);
  const strings = new Map<string, Buffer | null>();
  const members = new Map<string, readonly string[]>();
  for (const [at, { kind, name }] of list.entries()) {
    const answer = asList(answers[at]);
    if (kind === "value") learnValue(strings, keys, name, answer);
    else if (kind === "oid") learnOid(strings, keys, name, answer);
    else {
      const entries = answer.map(asList);
      const oids = entries.map(([oid]) => asBytes(oid)?.toString("latin1") ?? "");
      members.set(keys.user(name), oids);
      for (const [number, oid] of oids.entries())
        learnOid(strings, keys, oid, entries[number]?.slice(1) ?? []);
    }
  }
  return { strings, members, clockNs: parseClock(asBytes(clock)?.toString("latin1")) };
}

function keyOf(keys: ValkeyKeys, { kind, name }: Want): string {
  if (kind === "value") return keys.record(name);
  return kind === "oid" ? keys.oid(name) : keys.user(name);
}

function learnValue(
  strings: Map<string, Buffer | null>,
  keys: ValkeyKeys,
  value: string,
  [record, use]: readonly (Reply | undefined)[],
): void {
  strings.set(keys.record(value), asBytes(record));
  strings.set(keys.use(value), asBytes(use));
}

function learnOid(
  strings: Map<string, Buffer | null>,
  keys: ValkeyKeys,
  oid: string,
  [stored, ...rest]: readonly (Reply | undefined)[],
): void {
  const bytes = asBytes(stored);
  strings.set(keys.oid(oid), bytes);
  if (bytes !== null) learnValue(strings, keys, toValue(bytes, oid), rest);
}

/** The stored value as text: what isn't UTF-8 would name another key. @throws `ERR_STORE_INCONSISTENT` */
export function toValue(bytes: Buffer, oid: string): string {
  if (!isUtf8(bytes)) throw inconsistent("an oid leads to no value", oid);
  return bytes.toString("utf8");
}

export function asList(reply: Reply | undefined): readonly Reply[] {
  if (!Array.isArray(reply)) throw unexpectedReply(READ_SCRIPT.name);
  return reply;
}

export function asBytes(reply: Reply | undefined): Buffer | null {
  if (reply === null || Buffer.isBuffer(reply)) return reply;
  throw unexpectedReply(READ_SCRIPT.name);
}
