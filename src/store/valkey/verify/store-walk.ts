// Goes over all keys of a store and all entries of its indexes, some hundred at a time, each judged at one moment.

import { hash } from "node:crypto";
import type { Observation } from "../../verify/findings.js";
import { judgeUseBytes } from "../../verify/judge-use-bytes.js";
import { asBytes, asList } from "../known-state.js";
import type { Argument, Reply, ValkeyClient } from "../valkey-client.js";
import type { ValkeyKeys } from "../valkey-keys.js";
import type { Overview } from "./check-valkey-marks.js";
import { type EntryIndex, judgeOidKey } from "./judge-entry.js";
import { judgeRecords, type StoredRecord } from "./judge-records.js";
import type { Visit } from "./verdict.js";
import { SCAN_SCRIPT } from "./verify-scripts.js";
import { walkIndex } from "./walk-index.js";

/** Keys that one script looks at: the server does nothing else meanwhile. */
const STEP = 200;
/** `start:x:` in front of a name, in bytes after the start. */
const LETTER_BYTES = 3;

/** The keys of one kind each: their letter, type, and what they are. */
const KINDS: ReadonlyMap<string, { readonly type: string; readonly what: string }> = new Map([
  [":c:", { type: "string", what: "a record" }],
  [":u:", { type: "string", what: "a last use" }],
  [":o:", { type: "string", what: "an oid" }],
  [":t:", { type: "string", what: "a commit" }],
  [":a:", { type: "zset", what: "a user" }],
]);
const USER_HASH = /^[\w-]{43}$/;

/** What was there, by kind. */
export interface ValkeyKeyCounts {
  readonly records: number;
  /** Keys that lead from an oid to its value. */
  readonly oids: number;
  readonly uses: number;
  readonly users: number;
  /** Commits of the last minute. */
  readonly commits: number;
  /** Keys under the prefix that are no store's. */
  readonly unknown: number;
  /** Entries of the indexes. */
  readonly allOids: number;
  readonly byAuthid: number;
  readonly byExpiry: number;
}

export class StoreWalk {
  readonly #client: ValkeyClient;
  readonly #keys: ValkeyKeys;
  readonly #overview: Overview;
  readonly #visit: Visit;
  readonly #onDone: (done: number) => void | Promise<void>;
  readonly #counts: { -readonly [kind in keyof ValkeyKeyCounts]: number } = {
    records: 0,
    oids: 0,
    uses: 0,
    users: 0,
    commits: 0,
    unknown: 0,
    allOids: 0,
    byAuthid: 0,
    byExpiry: 0,
  };
  #done = 0;

  /** @param onDone called after each step with the keys and entries done so far; waited for */
  constructor(
    client: ValkeyClient,
    keys: ValkeyKeys,
    overview: Overview,
    visit: Visit,
    onDone: (done: number) => void | Promise<void>,
  ) {
    this.#client = client;
    this.#keys = keys;
    this.#overview = overview;
    this.#visit = visit;
    this.#onDone = onDone;
  }

  /** @throws what the client throws; `ERR_STORE_BUSY` */
  async run(): Promise<ValkeyKeyCounts> {
    const { start, marks, oids, expiries } = this.#keys;
    const pattern = `${start.replace(/[[\]*?\\^-]/g, "\\$&")}:*`;
    let cursor: Argument = "0";
    do {
      const page = asList(
        await this.#client.read(SCAN_SCRIPT, [marks], [start, pattern, cursor, String(STEP)]),
      );
      cursor = asBytes(page[0] ?? null) ?? "0";
      const keys = asList(page[1]).map(asList);
      await this.#lookAt(keys);
      await this.#count(keys.length);
    } while (String(cursor) !== "0");
    this.#counts.allOids = await this.#walkIndex({ is: "all oids", key: oids });
    this.#counts.byExpiry = await this.#walkIndex({ is: "by expiry", key: expiries });
    return this.#counts;
  }

  async #lookAt(found: readonly (readonly Reply[])[]): Promise<void> {
    const start = Buffer.byteLength(this.#keys.start);
    const records: StoredRecord[] = [];
    const users: string[] = [];
    for (const [nameReply, typeReply, , ...rest] of found) {
      const name = asBytes(nameReply ?? null) ?? Buffer.alloc(0);
      const type = asBytes(typeReply ?? null)?.toString("latin1") ?? "";
      const letter = name.toString("latin1", start, start + LETTER_BYTES);
      const own = name.subarray(start + LETTER_BYTES);
      const kind = KINDS.get(letter);
      if (kind !== undefined && kind.type !== type) {
        this.#see({ kind: "key-of-wrong-type", what: `${kind.what}: a ${type}, not a ${kind.type}` });
        continue;
      }
      const first = rest[0] === undefined ? null : rest[0];
      if (letter === ":c:") records.push({ value: own.toString(), bytes: asBytes(first) ?? Buffer.alloc(0) });
      else if (letter === ":u:")
        this.#lookAtUse(name, asBytes(first) ?? Buffer.alloc(0), Number(rest[1]) === 1);
      else if (letter === ":o:") {
        this.#counts.oids += 1;
        const target = { value: asBytes(first), record: asBytes(rest[1] ?? null) };
        this.#visit(judgeOidKey(name.toString(), own.toString("latin1"), target));
      } else if (letter === ":t:") this.#counts.commits += 1;
      else if (letter === ":a:" && USER_HASH.test(own.toString("latin1"))) {
        users.push(name.toString());
      } else if (!this.#isOwn(name.toString())) {
        this.#counts.unknown += 1;
        this.#see({ kind: "key-unknown", what: `a ${type} with a name of ${name.length} bytes` });
      }
    }
    // Most are of one page: together they share a round trip.
    const members = await Promise.all(users.map((key) => this.#walkIndex({ is: "by user", key })));
    this.#counts.users += users.length;
    this.#counts.byAuthid += members.reduce((sum, entries) => sum + entries, 0);
    this.#counts.records += records.length;
    await judgeRecords(this.#client, this.#keys, this.#overview, records, this.#visit);
  }

  #isOwn(name: string): boolean {
    const { marks, oids, expiries, changes } = this.#keys;
    return [marks, oids, expiries, changes].includes(name);
  }

  #lookAtUse(name: Buffer, bytes: Buffer, hasRecord: boolean): void {
    this.#counts.uses += 1;
    const malformed = judgeUseBytes(bytes);
    if (malformed !== undefined) {
      const args = ["use", name, malformed.readable ?? "", "", hash("sha1", bytes), ""];
      this.#visit({
        observations: [{ kind: "use-malformed", what: malformed.what }],
        mend: { of: "entry", args },
      });
    }
    if (!hasRecord) this.#see({ kind: "use-without-record" });
  }

  #walkIndex(index: EntryIndex): Promise<number> {
    const onStep = (entries: number): Promise<void> => this.#count(entries);
    return walkIndex(this.#client, this.#keys, index, this.#overview.nowMs, this.#visit, onStep);
  }

  #see(observation: Observation): void {
    this.#visit({ observations: [observation] });
  }

  async #count(done: number): Promise<void> {
    this.#done += done;
    await this.#onDone(this.#done);
  }
}
