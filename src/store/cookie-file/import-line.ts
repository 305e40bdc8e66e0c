// One line against the database: looked up on a snapshot, written in a transaction.

import { CookieAuthenticatorError, isDamage } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookieReader, CookieUse, MaybePromise, UsedCookie } from "../cookie-reader.js";
import type { CookieTransaction } from "../cookie-writer.js";
import { USES_TABLE } from "../session-tables.js";
import type { CheckedCookieFile } from "./check-cookie-file.js";
import { hashesIntoClear } from "./import-errors.js";
import { type Counterparts, type ImportTarget, judgeLine, type Verdict } from "./judge-line.js";
import type { CookieLine } from "./parse-cookie-line.js";

/** @throws `ERR_STORE_VALUES` if the file has hashes only, and the database the values themselves; what reading throws */
export async function findImportTarget(
  reader: CookieReader,
  { hasHashes }: Pick<CheckedCookieFile, "hasHashes">,
  cookieName: string,
): Promise<ImportTarget> {
  const { format, tables } = await reader.info();
  const { areValuesHashed } = await reader.marks();
  if (hasHashes && !areValuesHashed) throw hashesIntoClear();
  // What isn't LMDB has no tables to tell it by, and always keeps uses.
  const isLocal = format !== undefined;
  const hasUses = !isLocal || tables.some(({ oid }) => oid === USES_TABLE.oid);
  return { areValuesHashed, hasUses, isLocal, cookieName };
}

/** At once where the reader answers at once. @throws what the reader throws */
export function lookUp(reader: CookieReader, { value, oid }: CookieLine): MaybePromise<Counterparts> {
  const byValue = "clear" in value ? reader.findUsed({ value: value.clear }) : undefined;
  return byValue instanceof Promise
    ? byValue.then((byValue) => lookUpByOid(reader, oid, byValue))
    : lookUpByOid(reader, oid, byValue);
}

function lookUpByOid(
  reader: CookieReader,
  oid: string | undefined,
  byValue: UsedCookie | undefined,
): MaybePromise<Counterparts> {
  if (oid === undefined) return toCounterparts(byValue, undefined);
  // The record of the value is that of the oid: asking again would give it again.
  if (byValue?.cookie.oid === oid) return toCounterparts(byValue, byValue);
  const byOid = reader.findUsed({ oid });
  return byOid instanceof Promise
    ? byOid.then((byOid) => toCounterparts(byValue, byOid))
    : toCounterparts(byValue, byOid);
}

function toCounterparts(byValue: UsedCookie | undefined, byOid: UsedCookie | undefined): Counterparts {
  const uses = new Map<string, CookieUse | undefined>();
  for (const found of [byValue, byOid]) if (found !== undefined) uses.set(found.cookie.oid, found.use);
  return { byValue: byValue?.cookie, byOid: byOid?.cookie, use: (oid) => uses.get(oid) };
}

/** @param found `undefined`: the database's record can't be read, and is left as it is, whatever the file says */
export function judgeFound(line: CookieLine, found: Counterparts | undefined, target: ImportTarget): Verdict {
  try {
    return found === undefined ? { is: "contradiction", oids: [] } : judgeLine(line, found, target);
  } catch (error) {
    if (isDamage(error)) return { is: "contradiction", oids: [] };
    throw error;
  }
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

/** A hash can't be looked for by itself; that another record has it shows when it is stored. */
function isTaken(error: unknown): boolean {
  return error instanceof CookieAuthenticatorError && error.code === "ERR_COOKIE_VALUE_TAKEN";
}
