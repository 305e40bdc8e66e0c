// Verifies a whole database: pages, tables, records, indexes. Reads only, through the pure reader: no lock, no native code.

import { resolve } from "node:path";
import { type LmdbReader, openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { checkIndex } from "./check-index.js";
import { checkMarks, NO_MARKS } from "./check-marks.js";
import { checkPages } from "./check-pages.js";
import { checkRecords } from "./check-records.js";
import { checkSessionIndex } from "./check-session-index.js";
import { checkTables } from "./check-tables.js";
import { checkUses } from "./check-uses.js";
import { countOtherKeys } from "./count-other-keys.js";
import { Findings } from "./findings.js";
import { KeyWalk } from "./key-walk.js";
import type { VerifyProgress, VerifyReport } from "./verify-report.js";

/**
 * Verifies the database in the directory `path`, of either format, also beside a running writer. Memory is bounded: a bit
 * for each page, a chunk of entries, and up to 100 examples of each kind of finding.
 *
 * @throws what `openLmdbReader` throws; `ERR_STORE_BUSY` if the database is made anew meanwhile
 *
 * @example
 * const report = await verifyStore("/var/lib/crossbar/.cookies");
 * if (!report.ok) console.log(report.findings);
 */
export async function verifyStore(
  path: string,
  options: { readonly onProgress?: (progress: VerifyProgress) => void } = {},
): Promise<VerifyReport> {
  const directory = resolve(path);
  const reader = openLmdbReader(directory);
  try {
    return await verify(directory, reader, options.onProgress ?? (() => {}));
  } finally {
    reader.close();
  }
}

async function verify(
  path: string,
  reader: LmdbReader,
  onProgress: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const findings = new Findings();
  const begin = reader.info();
  const { entries: total, lastPage } = begin;
  const walk = new KeyWalk(reader, begin, findings, (done) => onProgress({ phase: "entries", done, total }));

  onProgress({ phase: "pages", done: 0, total: lastPage + 1 });
  const pages = checkPages(reader, findings);
  onProgress({ phase: "pages", done: lastPage + 1, total: lastPage + 1 });

  const { tables, slots, keys: metadata } = await checkTables(walk, findings);
  const own = slots?.own;
  const marks = own === undefined ? NO_MARKS : await checkMarks(walk, own, findings);
  const records =
    slots === undefined
      ? { records: 0, recordsWithoutValue: 0 }
      : await checkRecords(reader, walk, slots, findings, marks);
  const indexKeys = slots === undefined ? 0 : await checkIndex(walk, slots, findings);
  const sessions =
    slots === undefined || own === undefined
      ? { byAuthid: 0, byExpiry: 0, uses: 0 }
      : {
          byAuthid: await checkSessionIndex(walk, slots, { own, slot: own.byAuthid }, findings),
          byExpiry: await checkSessionIndex(walk, slots, { own, slot: own.byExpiry }, findings),
          uses: await checkUses(walk, slots, own, findings),
        };
  const others = await countOtherKeys(walk, slots);

  const found = findings.list();
  return {
    path,
    ok: pages !== undefined && found.every(({ level }) => level === "note"),
    format: begin.format,
    txnId: begin.txnId.toString(),
    changedMeanwhile: walk.hasChanged(),
    pages,
    keys: { metadata, ...records, indexKeys, ...sessions, marks: marks.keys, others },
    tables,
    findings: found,
  };
}
