// Whether a cookie file has all cookies of the store that it was exported from: only then may what it lacks be deleted.

import type { ParsedLine } from "./parse-cookie-line.js";

/** Why a file isn't the whole of a store, and what to do. */
export interface Incompleteness {
  readonly why: string;
  readonly hint: string;
}

const EXPORT_AGAIN = "export again, all of it: `cookies export --with-values` without a filter";

/** Is shown every line that could be read. */
export class FileCompleteness {
  #headers = 0;
  #isFiltered: boolean | undefined;
  #cookies = 0;
  #end: { readonly records: number; readonly damaged: number } | undefined;
  #hasOtherCount = false;

  see(line: ParsedLine): void {
    if (line.is === "header") {
      this.#headers += 1;
      this.#isFiltered = line.isFiltered;
    } else if (line.is === "end") {
      this.#end = line;
      // Lines after the end are Crossbar's, which went on with the file: with them it is whole all the same.
      this.#hasOtherCount = line.records !== this.#cookies;
    } else if (line.is === "cookie") this.#cookies += 1;
  }

  /** `undefined`: it has all. */
  whyNot(): Incompleteness | undefined {
    if (this.#headers === 0) return { why: "it is no export of this program", hint: EXPORT_AGAIN };
    if (this.#headers > 1)
      return {
        why: "it is more than one export: what ended between them is in the first",
        hint: "take the last one alone",
      };
    if (this.#isFiltered === undefined)
      return {
        why: "it doesn't say whether it was filtered",
        hint: `it is of an older version: ${EXPORT_AGAIN}`,
      };
    if (this.#isFiltered) return { why: "it was exported with a filter", hint: EXPORT_AGAIN };
    if (this.#end === undefined) return { why: "it was cut off", hint: EXPORT_AGAIN };
    if (this.#hasOtherCount) return { why: "lines were taken out or put in", hint: EXPORT_AGAIN };
    if (this.#end.damaged > 0)
      return {
        why: `${this.#end.damaged} records of its store couldn't be read`,
        hint: "mend that store first: `db verify` finds them; then export again",
      };
    return undefined;
  }
}
