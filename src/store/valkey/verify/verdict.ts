// What was found at one key or entry, and what a repair does about it.

import type { Observation } from "../../verify/findings.js";
import type { Argument } from "../valkey-client.js";

/** One step of a repair; its arguments are those of the script that makes it, for one record or entry. */
export interface Mend {
  readonly of: "record" | "entry";
  readonly args: readonly Argument[];
}

export interface Verdict {
  readonly observations: readonly Observation[];
  /** `undefined`: nothing can be mended, or nothing is to be. */
  readonly mend?: Mend | undefined;
}

/** What is done with each verdict, in the order of the walk. */
export type Visit = (verdict: Verdict) => void;
