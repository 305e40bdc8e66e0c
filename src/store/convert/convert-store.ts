// Converts a database to LMDB 0.9's format: every entry into a new database, verified before it gets its name.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { type LmdbReader, openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { LmdbEnvironment } from "../lmdb/environment.js";
import type { Finding } from "../verify/findings.js";
import { verifyStore } from "../verify/verify-store.js";
import { ConversionTarget } from "./conversion-target.js";
import { type CopiedState, copyEntries } from "./copy-entries.js";
import type { ContentDigest } from "./entry-digest.js";
import { readContent } from "./read-content.js";
import { refuseStoreInUse } from "./source-in-use.js";

/** The source is written to meanwhile only with `force`. */
const TRIES_MAX = 3;

export interface ConvertProgress {
  readonly phase: "copy" | "compare" | "verify";
  /** Entries. */
  readonly done: number;
  readonly total: number;
}

export interface ConvertReport extends ContentDigest {
  /** Directories. */
  readonly source: string;
  readonly target: string;
  readonly sourceFormat: "0.9" | "1.0";
  /** The transaction of the source that was converted, decimal text. */
  readonly txnId: string;
  /** What was wrong with the content of the source, and is in the target as it was. */
  readonly findings: readonly Finding[];
}

export interface ConvertOptions {
  /** Also if another process has the source open, or that can't be told. What it stores meanwhile is refused or lost. */
  readonly force?: boolean;
  readonly onProgress?: (progress: ConvertProgress) => void;
}

/**
 * Copies the database in the directory `source`, LMDB 1.0 or 0.9, byte for byte into a new one in LMDB 0.9 format, which
 * Crossbar goes on using in that format. The source is only read. The target is written as `TARGET.converting` (mode
 * 0700, files 0600) and renamed when it has been verified; if the process is killed, the next conversion begins anew.
 *
 * @throws `ERR_STORE_BUSY` if the source is in use, or was written to during each of 3 tries; `ERR_STORE_EXISTS`;
 *   `ERR_STORE_KEY`; `ERR_STORE_DAMAGED`; `ERR_STORE_ACCESS`; `ERR_STORE_COMMIT`; what `openLmdbReader` throws
 *
 * @example
 * const { entries, hash } = await convertStore(".crossbar/.cookies", ".crossbar/.cookies-0.9");
 */
export async function convertStore(
  source: string,
  target: string,
  options: ConvertOptions = {},
): Promise<ConvertReport> {
  const sourcePath = resolve(source);
  const reader = openLmdbReader(sourcePath);
  try {
    if (options.force !== true) refuseStoreInUse(sourcePath);
    const conversion = new ConversionTarget(sourcePath, target);
    try {
      const { format } = reader.info();
      const { content, txnId } = await copyOneState(reader, conversion, options);
      const findings = await check(conversion, content, options);
      // The last look at the source: nothing has been stored that the target lacks.
      if (reader.info().txnId.toString() !== txnId) throw changed(reader.path);
      conversion.finish();
      return {
        source: sourcePath,
        target: conversion.path,
        sourceFormat: format,
        txnId,
        ...content,
        findings,
      };
    } catch (error) {
      conversion.abandon();
      throw error;
    }
  } finally {
    reader.close();
  }
}

async function copyOneState(
  reader: LmdbReader,
  conversion: ConversionTarget,
  options: ConvertOptions,
): Promise<CopiedState> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    conversion.begin();
    const environment = LmdbEnvironment.open({ path: conversion.workPath, writable: true });
    try {
      const copied = await copyEntries(reader, environment, (done, total) =>
        options.onProgress?.({ phase: "copy", done, total }),
      );
      if (copied !== undefined) return copied;
    } finally {
      await environment.close();
    }
  }
  throw changed(reader.path);
}

/** Reads the new database with the other reader than the one that wrote it. */
async function check(
  conversion: ConversionTarget,
  content: ContentDigest,
  { onProgress }: ConvertOptions,
): Promise<readonly Finding[]> {
  const total = content.entries;
  const copy = readContent(conversion.workPath, (done) => onProgress?.({ phase: "compare", done, total }));
  const report = await verifyStore(conversion.workPath, {
    onProgress: ({ phase, done }) => {
      if (phase === "entries") onProgress?.({ phase: "verify", done, total });
    },
  });
  const isEqual =
    copy.hash === content.hash && copy.entries === content.entries && copy.bytes === content.bytes;
  const isSound = report.findings.every(({ kind }) => kind !== "page-damaged" && kind !== "keys-unreadable");
  if (isEqual && isSound) return report.findings;
  throw new CookieAuthenticatorError(
    "ERR_STORE_DAMAGED",
    `${conversion.workPath} isn't what was written: ${isEqual ? "its pages are damaged" : "its content differs"}`,
    { hint: "check the disk and its file system, then convert again; the source is as it was" },
  );
}

function changed(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_BUSY", `${path} was written to during the conversion`, {
    hint: "stop Crossbar, then convert again; nothing is left of this try",
    details: { path },
  });
}
