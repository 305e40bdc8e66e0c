// Keys of tables that aren't ours: counted, and left alone.

import type { CookieSlots } from "../zlmdb-layout.js";
import { rangesBeside, slotOf } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";
import type { KeyCounts } from "./verify-report.js";

/** @throws what `KeyWalk.over` throws */
export async function countOtherKeys(
  walk: KeyWalk,
  slots: CookieSlots | undefined,
): Promise<KeyCounts["others"]> {
  const counts = new Map<number | null, number>();
  const known =
    slots === undefined ? [0] : [0, slots.cookies, slots.valueIndex, ...Object.values(slots.own ?? {})];
  for (const range of rangesBeside(known)) {
    await walk.over(
      range,
      () => undefined,
      ({ key }) => {
        const slot = slotOf(key) ?? null;
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      },
    );
  }
  return [...counts].map(([slot, keys]) => ({ slot, keys }));
}
