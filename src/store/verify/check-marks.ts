// What the store says of itself: each mark known, and readable.

import { INDEXES_EXACT, VALUES_SHA256 } from "../store-marks.js";
import { type SessionSlots, SLOT_BYTES } from "../zlmdb-layout.js";
import type { Findings, Observation } from "./findings.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";

const CLOCK_BYTES = 8;
/** Other names are counted in bytes: nobody knows what they are made of. */
const PLAIN_NAME = /^[a-z][a-z-]{0,31}$/;

export interface CheckedMarks {
  /** Number of marks. */
  readonly keys: number;
  /** Values are stored as SHA-256. Where it is so, it stays so. */
  readonly areValuesHashed: boolean;
}

/** What a database without our tables says. */
export const NO_MARKS: CheckedMarks = { keys: 0, areValuesHashed: false };

/** @throws what `KeyWalk.over` throws */
export async function checkMarks(
  walk: KeyWalk,
  own: SessionSlots,
  findings: Findings,
): Promise<CheckedMarks> {
  let { keys, areValuesHashed } = NO_MARKS;
  await walk.over(
    slotRange(own.marks),
    () => undefined,
    ({ key, value }) => {
      keys += 1;
      const name = key.toString("latin1", SLOT_BYTES);
      if (name === "values") areValuesHashed = value.equals(VALUES_SHA256);
      const observation = checkMark(name, value);
      if (observation !== undefined) findings.add(observation);
    },
  );
  return { keys, areValuesHashed };
}

function checkMark(name: string, value: Buffer): Observation | undefined {
  switch (name) {
    case "clock":
      if (value.length === CLOCK_BYTES) return undefined;
      return { kind: "mark-malformed", what: `clock has ${value.length} bytes, not ${CLOCK_BYTES}` };
    case "values":
      if (value.equals(VALUES_SHA256)) return undefined;
      return { kind: "mark-malformed", what: "values names no way of storing them that is known here" };
    case "indexes":
      // Read as "not exact": slower, and never wrong.
      if (value.equals(INDEXES_EXACT)) return undefined;
      return { kind: "mark-unknown", what: "indexes says something else than exact" };
    default:
      return { kind: "mark-unknown", what: PLAIN_NAME.test(name) ? name : `a name of ${name.length} bytes` };
  }
}
