// Judges records together with what leads to them, at one moment; again with those that have changed since they were seen.

import type { Observation } from "../../verify/findings.js";
import { asList } from "../known-state.js";
import type { ValkeyClient } from "../valkey-client.js";
import { storeBusy } from "../valkey-errors.js";
import type { ValkeyKeys } from "../valkey-keys.js";
import { judgeCookie, type SeenRecord, seeRecord } from "./judge-cookie.js";
import type { Visit } from "./verdict.js";
import { JUDGE_SCRIPT } from "./verify-scripts.js";

/** So often a record may be another one each time it is looked at. */
const TRIES_MAX = 10;

/** A record under its key. */
export interface StoredRecord {
  /** The end of its key. */
  readonly value: string;
  readonly bytes: Buffer;
}

/** @throws what the client throws; `ERR_STORE_BUSY` */
export async function judgeRecords(
  client: ValkeyClient,
  { start, marks, oids, expiries }: ValkeyKeys,
  { areValuesHashed }: { readonly areValuesHashed: boolean },
  records: readonly StoredRecord[],
  visit: Visit,
): Promise<void> {
  let pending = records;
  for (let tries = 0; pending.length > 0; tries += 1) {
    if (tries === TRIES_MAX) throw storeBusy(TRIES_MAX);
    const readable: { readonly seen: SeenRecord; readonly observations: readonly Observation[] }[] = [];
    for (const { value, bytes } of pending) {
      const { observations, seen } = seeRecord(value, bytes, areValuesHashed);
      if (seen === undefined) visit({ observations });
      else readable.push({ seen, observations });
    }
    if (readable.length === 0) return;
    const args = [start, ...readable.flatMap(({ seen }) => seen.args)];
    const answers = asList(await client.read(JUDGE_SCRIPT, [marks, oids, expiries], args));
    const changed: StoredRecord[] = [];
    for (const [at, { seen, observations }] of readable.entries()) {
      const verdict = judgeCookie(seen, asList(answers[at]));
      if (Buffer.isBuffer(verdict)) changed.push({ value: seen.value, bytes: verdict });
      else if (verdict !== undefined)
        visit({ ...verdict, observations: [...observations, ...verdict.observations] });
    }
    pending = changed;
  }
}
