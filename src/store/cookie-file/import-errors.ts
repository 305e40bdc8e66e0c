// The errors of an import. They name lines and keys, never what was read there.

import { CookieAuthenticatorError } from "../../errors.js";
import type { Incompleteness } from "./file-completeness.js";
import type { ImportReport } from "./import-report.js";
import { describeProblem } from "./line-problem.js";

const SHOWN = 5;

const LEAVE_OUT = "mend them, or leave them out with --skip-invalid; nothing was imported";

/** Lines that can't be imported. @param hint what to do, where it isn't an import that can leave them out */
export function invalidLines(
  { count, examples }: ImportReport["invalid"],
  hint = LEAVE_OUT,
): CookieAuthenticatorError {
  const shown = examples.slice(0, SHOWN).map(describeProblem).join("\n  ");
  const more = count > SHOWN ? `\n  and ${count - SHOWN} more` : "";
  return new CookieAuthenticatorError("ERR_COOKIE_FILE", `${count} invalid lines:\n  ${shown}${more}`, {
    hint,
    details: { count, problems: examples },
  });
}

/** The database has other records, and `fail` was asked for. */
export function conflictFound({ count, examples }: ImportReport["conflicts"]): CookieAuthenticatorError {
  const lines = examples.slice(0, SHOWN).map(({ line }) => line);
  const more = count > lines.length ? ", …" : "";
  return new CookieAuthenticatorError(
    "ERR_COOKIE_CONFLICT",
    `the database has ${count} of these records otherwise: lines ${lines.join(", ")}${more}`,
    {
      hint: "--on-conflict skip keeps the database's records, --on-conflict replace takes the file's",
      details: { count, conflicts: examples },
    },
  );
}

export function hashesIntoClear(): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_VALUES",
    "the file has only hashes of the values, and this database keeps the values themselves",
    { hint: "import it into a new database with store.hashValues: no value can be made of a hash" },
  );
}

/** An exact import of a file that can't say what is to go. */
export function notExact({ why, hint }: Incompleteness): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_COOKIE_FILE",
    `what the file lacks can't be deleted by it: ${why}`,
    { hint: `${hint}; nothing was imported, nothing deleted` },
  );
}
