// One line against the database: looked up on a snapshot, written in a transaction.

import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookieReader, CookieUse } from "../cookie-reader.js";
import type { CookieTransaction } from "../cookie-writer.js";
import { USES_TABLE } from "../session-tables.js";
import { type Counterparts, type ImportTarget, judgeLine, type Verdict } from "./judge-line.js";
import type { CookieLine } from "./parse-cookie-line.js";

const DAMAGE_CODES: readonly string[] = ["ERR_RECORD_INVALID", "ERR_RECORD_CBOR", "ERR_STORE_INCONSISTENT"];

export async function findImportTarget(reader: CookieReader, cookieName: string): Promise<ImportTarget> {
  const { format, tables } = await reader.info();
  const { areValuesHashed } = await reader.marks();
  // What isn't LMDB has no tables to tell it by, and always keeps uses.
  const hasUses = format === undefined || tables.some(({ oid }) => oid === USES_TABLE.oid);
  return { areValuesHashed, hasUses, cookieName };
}

/** @throws what the reader throws */
export async function lookUp(reader: CookieReader, { value, oid }: CookieLine): Promise<Counterparts> {
  const byValue = "clear" in value ? await reader.findUsed({ value: value.clear }) : undefined;
  const byOid = oid === undefined ? undefined : await reader.findUsed({ oid });
  const uses = new Map<string, CookieUse | undefined>();
  for (const found of [byValue, byOid]) if (found !== undefined) uses.set(found.cookie.oid, found.use);
  return { byValue: byValue?.cookie, byOid: byOid?.cookie, use: (oid) => uses.get(oid) };
}

/**
 * Judges the line in the transaction, and stores what it says if it is new, or changed and to be replaced.
 *
 * @throws what the transaction throws, but for a value that another record has: that is a contradiction
 */
export function writeLine(
  transaction: CookieTransaction,
  line: CookieLine,
  target: ImportTarget,
  onConflict: "skip" | "replace" | "fail",
): Verdict {
  try {
    const verdict = judgeLine(line, lookUpIn(transaction, line), target);
    if (verdict.is === "new" || (verdict.is === "changed" && onConflict === "replace")) {
      transaction.put(verdict.fields);
      if (verdict.use !== undefined) transaction.putUse(verdict.fields.oid, verdict.use);
    }
    return verdict;
  } catch (error) {
    // Nothing of the line is written by then: the look-up and the check of the value come first.
    if (isDamage(error) || isTaken(error)) return { is: "contradiction", oids: [] };
    throw error;
  }
}

function lookUpIn(transaction: CookieTransaction, { value, oid }: CookieLine): Counterparts {
  const byValue: Cookie | undefined = "clear" in value ? transaction.findByValue(value.clear) : undefined;
  const byOid = oid === undefined ? undefined : transaction.findByOid(oid);
  return { byValue, byOid, use: (of) => transaction.findUse(of) };
}

/** The database's own record can't be read: it is left as it is, whatever the file says. */
export function isDamage(error: unknown): boolean {
  return error instanceof CookieAuthenticatorError && DAMAGE_CODES.includes(error.code);
}

/** A hash can't be looked for by itself; that another record has it shows when it is stored. */
function isTaken(error: unknown): boolean {
  return error instanceof CookieAuthenticatorError && error.code === "ERR_COOKIE_VALUE_TAKEN";
}
