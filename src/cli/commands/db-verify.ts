// db verify: what is wrong with a store, and its indexes made anew.

import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { FINDING_KINDS } from "../../store/verify/finding-kinds.js";
import type { CliContext } from "../cli-context.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, refuseReadOnly } from "../store-target.js";
import { type Verification, verifyLmdb } from "../verify-lmdb.js";
import { verifyValkey } from "../verify-valkey.js";
import { writeText } from "../write-text.js";

/** Adds `db verify`. */
export function addDbVerify(db: Command, context: CliContext): void {
  db.command("verify")
    .description("check pages, tables, records and indexes of a database")
    .argument("[path]", "directory with data.mdb")
    .option("--config <file>", "configuration file with the store, instead of a path")
    .option("--repair", "rebuild the indexes (not of LMDB 1.0)")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Only reads, without a lock, also while Crossbar runs. --repair verifies, makes
the indexes of cookie values, users and expiries anew from the records in short
write transactions, and verifies again. It never changes or deletes a record;
of two records with one value the newer keeps the index key. Damaged pages
can't be repaired. Where Crossbar writes too, the indexes of users and expiries
are behind until the next sweep of the component: that is a note, no damage.

Of a store on Valkey or Redis it checks records, indexes, last uses, times to
live and marks, in short scripts, beside running components.

Exit status:
  0  nothing is wrong
  1  something is wrong, or still wrong after the repair
  2  wrong usage
  4  the database can't be opened, not be checked to the end, or not be repaired

Example:
  $ wamp-cookie-authenticator db verify .crossbar/.cookies
  $ wamp-cookie-authenticator db verify --config config.json`,
    )
    .action(async (path, options) => {
      const settings = await findStoreTarget({ db: path, config: options.config }, context, "PATH");
      const { store } = settings;
      const repair = options.repair === true;
      if (repair) refuseReadOnly(settings);
      const { report: onProgress, stop } = showProgress(context.stderr);
      const verification = await (store.type === "lmdb"
        ? verifyLmdb(store.path, { repair, onProgress })
        : verifyValkey(store, { repair, onProgress })
      ).finally(stop);
      const { json, text } = verification;
      await writeText(context.stdout, options.json === true ? `${JSON.stringify(json)}\n` : text);
      throwUnlessOk(verification);
    });
}

/** The report is printed by then; the exit status tells how it went. */
function throwUnlessOk({ place, ok, findings, repairHint, otherHint }: Verification): void {
  if (ok) return;
  const damage = findings.filter(({ level }) => level === "damage");
  if (damage.length === 0) {
    throw new CookieAuthenticatorError("ERR_STORE_BUSY", `the pages of ${place} couldn't be checked`, {
      hint: "run it again when less is written, or when Crossbar is stopped",
      details: { path: place },
    });
  }
  const canRepair = damage.every(({ kind }) => FINDING_KINDS[kind].isMendedByRepair);
  const kinds = damage.map(({ kind, count }) => `${count} ${kind}`).join(", ");
  throw new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", `${place} isn't in order: ${kinds}`, {
    hint: canRepair ? repairHint : otherHint,
    details: { path: place, findings: Object.fromEntries(damage.map(({ kind, count }) => [kind, count])) },
  });
}
