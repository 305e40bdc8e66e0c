// Counts what an import does, or would do.

import type { CheckedCookieFile } from "./check-cookie-file.js";
import type { ClockOutcome } from "./import-clock.js";
import type { Verdict } from "./judge-line.js";
import type { NumberedProblem } from "./line-problem.js";

/** So many are kept to be shown; all are counted. */
const EXAMPLES = 20;

/** A line that the database contradicts, from 1. */
export interface Conflict {
  readonly line: number;
}

export interface ImportReport {
  /** Lines of the file, empty ones not counted. */
  readonly lines: number;
  readonly invalid: { readonly count: number; readonly examples: readonly NumberedProblem[] };
  /** Records that weren't there. */
  readonly new: number;
  readonly same: number;
  /** Records that the database has otherwise, and what became of them. */
  readonly changed: number;
  readonly changedBecame: "replaced" | "kept";
  /** Lines whose value is one record's and whose oid is another's, or whose record is damaged: left alone. */
  readonly contradictions: number;
  /** Lines that later ones of the file replace. */
  readonly superseded: number;
  /** Lines that an interrupted import hasn't come to; 0 otherwise. */
  readonly notReached: number;
  /** Cookies that the file says were ended: not imported, and deleted by an exact import only. */
  readonly ended: number;
  /** Records of the database that the file lacks, with an exact import. */
  readonly deleted: number;
  /** What became of the time that the exported store had seen. */
  readonly clock: ClockOutcome;
  /** The lines behind `changed` and `contradictions`. */
  readonly conflicts: { readonly count: number; readonly examples: readonly Conflict[] };
}

export interface ImportCount {
  /** @param verdict `undefined`: a cookie that ended */
  add(verdict: Verdict | undefined, at: { readonly number: number }): void;
  addSuperseded(): void;
  addDeleted(count: number): void;
  setClock(outcome: ClockOutcome): void;
  report(): ImportReport;
}

export function createImportCount(
  file: CheckedCookieFile,
  onConflict: "skip" | "replace" | "fail",
): ImportCount {
  const counts = { new: 0, same: 0, changed: 0, contradiction: 0 };
  const examples: Conflict[] = [];
  let [ended, deleted, superseded] = [0, 0, 0];
  let clock: ClockOutcome = "kept";
  return {
    add(verdict, { number }) {
      if (verdict === undefined) {
        ended += 1;
        return;
      }
      counts[verdict.is] += 1;
      const isConflict = verdict.is === "changed" || verdict.is === "contradiction";
      if (isConflict && examples.length < EXAMPLES) examples.push({ line: number });
    },
    addSuperseded() {
      superseded += 1;
    },
    addDeleted(count) {
      deleted += count;
    },
    setClock(outcome) {
      clock = outcome;
    },
    report() {
      const { new: fresh, same, changed, contradiction } = counts;
      return {
        lines: file.lines,
        invalid: file.invalid,
        new: fresh,
        same,
        changed,
        changedBecame: onConflict === "replace" ? "replaced" : "kept",
        contradictions: contradiction,
        superseded,
        notReached: file.about - fresh - same - changed - contradiction - ended - superseded,
        ended,
        deleted,
        clock,
        conflicts: { count: changed + contradiction, examples },
      };
    },
  };
}
