// cookies compare: whether a store has what a file says, and nothing else. Changes nothing.

import { isDeepStrictEqual } from "node:util";
import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import type { CookieReader } from "../cookie-reader.js";
import { findOwnExpiryNs } from "../session-index-keys.js";
import type { CheckedCookieFile, ReadingOptions } from "./check-cookie-file.js";
import { type CompareCount, type CompareReport, createCompareCount } from "./compare-report.js";
import { FileRecords } from "./file-records.js";
import { findLines } from "./find-lines.js";
import { findImportTarget, judgeFound } from "./import-line.js";
import type { Counterparts, ImportTarget } from "./judge-line.js";
import type { CookieLine } from "./parse-cookie-line.js";

const PAGE = 500;

export interface CompareOptions extends ReadingOptions {
  /** Cookie name for lines that have none. */
  readonly cookieName: string;
  /** ns since 1970 UTC. */
  readonly nowNs: bigint;
  /** Records of the store looked at so far for what the file lacks. */
  readonly onRecords?: ((done: number) => void) | undefined;
}

/**
 * Holds each record of the file against the store, as an import judges it; then, if the file is a complete export, each
 * record of the store against the file. Last uses too: one that the store has seen since is no difference. An abort ends it
 * early, without an error.
 *
 * @throws `ERR_STORE_VALUES` if the file has hashes only, and the store the values themselves; what reading throws
 */
export async function compareCookies(
  reader: CookieReader,
  file: CheckedCookieFile,
  options: CompareOptions,
): Promise<CompareReport> {
  const target = await findImportTarget(reader, file, options.cookieName);
  const isClockBehind = target.hasUses && (await reader.marks()).clockNs < file.clockNs;
  const count = createCompareCount({ isComplete: file.incomplete === undefined, isClockBehind });
  const records = new FileRecords();
  for await (const chunk of findLines(reader, file, target, options)) {
    for (const { number, line, found } of chunk) {
      if (line === undefined) continue;
      records.add(line, number);
      compareLine(count, line, found, { number, target, nowNs: options.nowNs });
    }
  }
  if (file.incomplete === undefined && options.signal?.aborted !== true)
    await countExtra(count, reader, records, target, options);
  return count.report();
}

function compareLine(
  count: CompareCount,
  line: CookieLine,
  found: Counterparts | undefined,
  {
    number,
    target,
    nowNs,
  }: { readonly number: number; readonly target: ImportTarget; readonly nowNs: bigint },
): void {
  const { oid } = line;
  const verdict = judgeFound(line, found, target);
  const record = found?.byOid ?? found?.byValue;
  if (verdict.is === "new") {
    const expiryNs = findOwnExpiryNs(Cookie.cast(buildCookie(verdict.fields)));
    // A purge, or the server's TTL, has removed it: it let nobody in any more.
    if (expiryNs !== undefined && expiryNs <= nowNs) count.addExpired();
    else count.addMissing({ oid, line: number });
  } else if (verdict.is === "contradiction" || record === undefined)
    count.addDiffering({ oid: oid ?? record?.oid, line: number, keys: ["value and oid"] });
  else {
    const keys = verdict.is === "changed" ? differingFields(verdict.fields, record) : [];
    if (verdict.is === "changed" && verdict.use !== undefined) keys.push("last use");
    if (oid !== undefined && oid !== record.oid) keys.push("oid");
    if (keys.length > 0) count.addDiffering({ oid: record.oid, line: number, keys });
    else count.addSame(target.hasUses && isLater(found, line, record.oid));
  }
}

/** The store has a later use than the file. */
function isLater(found: Counterparts | undefined, { use }: CookieLine, oid: string): boolean {
  return (found?.use(oid)?.lastUsedNs ?? -1n) > (use?.lastUsedNs ?? -1n);
}

/** The fields by their names: what is in them may be a secret. */
function differingFields(fields: CookieFields, record: Cookie): string[] {
  const [theirs, ours] = [Cookie.cast(buildCookie(fields)).toFields(), record.toFields()];
  const names = Object.keys({ ...theirs, ...ours }) as (keyof CookieFields)[];
  return names.filter((name) => !isDeepStrictEqual(theirs[name], ours[name]));
}

async function countExtra(
  count: CompareCount,
  reader: CookieReader,
  records: FileRecords,
  { areValuesHashed }: ImportTarget,
  { signal, onRecords }: CompareOptions,
): Promise<void> {
  let after: string | undefined;
  let looked = 0;
  do {
    const page = await reader.list({ limit: PAGE, after, isComplete: true });
    looked += page.cookies.length + page.damaged.length;
    onRecords?.(looked);
    // One that the file has elsewhere was counted by its line.
    for (const cookie of page.cookies) {
      if (records.placeOf(cookie, areValuesHashed) === "absent") count.addExtra({ oid: cookie.oid });
    }
    for (const { oid } of page.damaged) if (!records.hasOid(oid)) count.addExtra({ oid });
    after = page.next;
  } while (after !== undefined && signal?.aborted !== true);
}
