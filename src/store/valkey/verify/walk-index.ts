// Goes over all entries of one index, each judged with the record that it leads to, at one moment.

import { asBytes, asList } from "../known-state.js";
import { PAGE_SCRIPT } from "../read-scripts.js";
import type { Argument, ValkeyClient } from "../valkey-client.js";
import type { ValkeyKeys } from "../valkey-keys.js";
import { type EntryIndex, judgeEntry } from "./judge-entry.js";
import type { Visit } from "./verdict.js";

/** Entries that one script looks at: the server does nothing else meanwhile. */
const STEP = 200;

/**
 * @param onStep called after each script with its number of entries; waited for
 * @returns number of entries
 * @throws what the client throws
 */
export async function walkIndex(
  client: ValkeyClient,
  keys: ValkeyKeys,
  index: EntryIndex,
  nowMs: number,
  visit: Visit,
  onStep: (entries: number) => Promise<void>,
): Promise<number> {
  // As Lua counts: behind the time and a slash.
  const oidAt = index.is === "by expiry" ? "22" : "1";
  let entries = 0;
  let from: Argument = "-";
  for (;;) {
    const args = [keys.start, from, "+", String(STEP), oidAt];
    const page = asList(await client.read(PAGE_SCRIPT, [keys.marks, index.key], args)).map(asList);
    for (const [entryReply, value, record] of page) {
      const entry = asBytes(entryReply ?? null) ?? Buffer.alloc(0);
      const target = { value: asBytes(value ?? null), record: asBytes(record ?? null) };
      visit(judgeEntry(keys, index, entry, target, nowMs));
      from = Buffer.concat([Buffer.from("("), entry]);
    }
    entries += page.length;
    await onStep(page.length);
    if (page.length < STEP) return entries;
  }
}
