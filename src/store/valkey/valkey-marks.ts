// What the store keeps about itself, and what this process knows of it for good.

import type { StoreMarks } from "../cookie-reader.js";
import { MARKS_SCRIPT } from "./read-scripts.js";
import type { Reply, ValkeyClient } from "./valkey-client.js";
import { foreignKeys, inconsistent, unexpectedReply, wrongValues } from "./valkey-errors.js";
import { LAYOUT, type ValkeyKeys } from "./valkey-keys.js";

/** Mark `values`: how they are stored. */
export type StoredValues = "sha256" | "plain";

/** The marks as they are now. */
export interface MarksNow extends StoreMarks {
  readonly version: string;
  readonly cookies: number;
  readonly expiries: number;
}

const CLOCK = /^[0-9]{20}$/;

/**
 * The marks of a store. How values are stored is fixed by its first commit and never changes: once read, it costs nothing.
 * Until then the configuration's wish holds, and every use looks whether another process has made the store meanwhile.
 */
export class ValkeyMarks {
  readonly #client: ValkeyClient;
  readonly #keys: ValkeyKeys;
  readonly #wished: boolean | undefined;
  #areHashed: boolean | undefined;
  #clockNs = 0n;

  /** @param hashValues what the configuration asks for */
  constructor(client: ValkeyClient, keys: ValkeyKeys, hashValues: boolean | undefined) {
    this.#client = client;
    this.#keys = keys;
    this.#wished = hashValues;
  }

  /** Whether values are hashed, where this is known for good. */
  get areHashed(): boolean | undefined {
    return this.#areHashed;
  }

  /** The highest time that this process knows to be in the store, ns since 1970 UTC. */
  get clockNs(): bigint {
    return this.#clockNs;
  }

  seeClock(timeNs: bigint): void {
    if (timeNs > this.#clockNs) this.#clockNs = timeNs;
  }

  /** A commit has written the mark, or the store has it so. */
  settle(areHashed: boolean): void {
    this.#areHashed = areHashed;
  }

  /** The store has been made anew by somebody else: what was known of it is void. */
  forget(): void {
    this.#areHashed = undefined;
  }

  /** How values are stored, for a look-up or a write. @throws as `read` */
  async findHashing(): Promise<boolean> {
    return this.#areHashed ?? (await this.read()).areValuesHashed;
  }

  /**
   * @throws `ERR_STORE_SERVER` for keys that aren't this store's; `ERR_STORE_VALUES` if the configuration contradicts
   *   them; `ERR_STORE_INCONSISTENT`
   */
  async read(): Promise<MarksNow> {
    const keys = this.#keys;
    const reply = await this.#client.read(MARKS_SCRIPT, [keys.marks, keys.oids, keys.expiries], []);
    const marks = parseMarks(keys, reply);
    this.seeClock(marks.clockNs);
    if (marks.values === undefined) this.#areHashed = undefined;
    else {
      const areHashed = marks.values === "sha256";
      if (this.#wished !== undefined && this.#wished !== areHashed) throw wrongValues(keys, areHashed);
      this.#areHashed = areHashed;
    }
    return {
      clockNs: marks.clockNs,
      areValuesHashed: this.#areHashed ?? this.#wished ?? true,
      areIndexesExact: true,
      version: marks.version,
      cookies: marks.cookies,
      expiries: marks.expiries,
    };
  }
}

/** The mark `clock`; 0 if there is none. @throws `ERR_STORE_INCONSISTENT`: read as 0 it could revive what has expired */
export function parseClock(clock: string | undefined): bigint {
  if (clock === undefined) return 0n;
  if (!CLOCK.test(clock)) throw inconsistent('the store\'s mark "clock" is no time of 20 digits');
  return BigInt(clock);
}

/**
 * The version of the port: the token of the last commit, then number and token of the last one that changed a record. Where
 * nothing was ever written, all are empty.
 */
export function toVersion(version: string | undefined, change: string | undefined): string {
  return `${version ?? ""}.${change ?? ""}`;
}

/** The version of a store that nobody has written to. */
export const NEVER_WRITTEN = toVersion(undefined, undefined);

function parseMarks(keys: ValkeyKeys, reply: Reply) {
  if (!Array.isArray(reply) || reply.length !== 7) throw unexpectedReply(MARKS_SCRIPT.name);
  const [layout, values, clock, version, change] = (reply as readonly Reply[])
    .slice(0, 5)
    .map((mark) => (Buffer.isBuffer(mark) ? mark.toString("latin1") : undefined));
  const [cookies, expiries] = [Number(reply[5]), Number(reply[6])];
  if (layout !== undefined && layout !== LAYOUT) throw foreignKeys(keys, "their layout isn't known here");
  // Whether the values of these cookies are hashed can't be known, and a guess would store a secret where a hash belongs.
  if (layout === undefined && cookies > 0) throw foreignKeys(keys, "there are cookies, but no marks");
  if (values !== undefined && values !== "sha256" && values !== "plain")
    throw inconsistent('the store\'s mark "values" names no way of storing values that is known here');
  return {
    values: values as StoredValues | undefined,
    clockNs: parseClock(clock),
    version: toVersion(version, change),
    cookies,
    expiries,
  };
}
