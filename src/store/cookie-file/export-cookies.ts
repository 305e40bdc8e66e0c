// cookies export: all records as lines of a cookie file, page by page, in constant memory.

import { setImmediate as nextTurn } from "node:timers/promises";
import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookiePage, CookieReader } from "../cookie-reader.js";
import { formatEnd, formatHeader, type ValueKind } from "./cookie-file.js";
import { formatTime } from "./file-time.js";
import { formatCookieLine } from "./format-cookie-line.js";

/** Records of one snapshot. */
const PAGE = 500;

export interface ExportOptions {
  /** With the values as they are stored; else without any. */
  readonly withValues: boolean;
  readonly authid?: string | undefined;
  readonly authrealm?: string | undefined;
  /** For the first line, ns since 1970 UTC. */
  readonly nowNs: bigint;
  readonly signal?: AbortSignal | undefined;
  readonly onRecords?: (done: number) => void;
}

export interface ExportReport {
  readonly records: number;
  readonly values: ValueKind;
  /** Records that can't be read: they aren't in the file. */
  readonly damaged: readonly { readonly oid: string; readonly code: string }[];
}

/**
 * Exports what was there when it began and is still there, each page of one snapshot; what comes meanwhile may be there or not.
 * Without values a line says everything but the value.
 *
 * @param write resolves with `false` if nobody takes more: then it ends
 * @throws `ERR_INTERRUPTED`; what reading throws
 */
export async function exportCookies(
  reader: CookieReader,
  write: (text: string) => Promise<boolean>,
  { withValues, authid, authrealm, nowNs, signal, onRecords }: ExportOptions,
): Promise<ExportReport> {
  const { areValuesHashed, clockNs } = await reader.marks();
  const values = withValues ? (areValuesHashed ? "sha256" : "clear") : "none";
  const damaged: { oid: string; code: string }[] = [];
  const fits = (cookie: Cookie): boolean =>
    (authid === undefined || cookie.authid === authid) &&
    (authrealm === undefined || cookie.authrealm === authrealm);
  const toText = (page: CookiePage): string[] =>
    page.cookies.flatMap((cookie) => {
      try {
        return fits(cookie) ? [formatCookieLine(cookie, page.uses.get(cookie.oid), values)] : [];
      } catch (error) {
        if (!(error instanceof CookieAuthenticatorError)) throw error;
        damaged.push({ oid: cookie.oid, code: error.code });
        return [];
      }
    });
  let records = 0;
  let after: string | undefined;
  const header = {
    values,
    exported: formatTime(nowNs),
    filter: { authid, realm: authrealm },
    clockNs,
  } as const;
  if (!(await write(formatHeader(header)))) return { records, values, damaged };
  do {
    const where = authid === undefined ? undefined : { authid };
    // Complete: an index that lags behind Crossbar's logins must not make a backup smaller.
    const page = await reader.list({ limit: PAGE, after, where, isComplete: true, withUse: true });
    damaged.push(...page.damaged.map(({ oid, error }) => ({ oid, code: error.code })));
    const lines = toText(page);
    records += lines.length;
    if (lines.length > 0 && !(await write(lines.join("")))) return { records, values, damaged };
    onRecords?.(records);
    after = page.next;
    await nextTurn();
    if (signal?.aborted === true)
      throw new CookieAuthenticatorError("ERR_INTERRUPTED", "interrupted: no file was made");
  } while (after !== undefined);
  await write(formatEnd(records, damaged.length));
  return { records, values, damaged };
}
