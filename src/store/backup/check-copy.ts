// Reads a copy back with our own reader, whoever wrote it, verifies it, and has it on disk before it gets its name.

import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import type { ContentDigest } from "../convert/entry-digest.js";
import { readContent } from "../convert/read-content.js";
import type { Finding } from "../verify/findings.js";
import { verifyStore } from "../verify/verify-store.js";

/** A step of a backup or a compaction: bytes while copying, entries afterwards. */
export interface CopyProgress {
  readonly phase: "copy" | "read" | "verify";
  readonly done: number;
  readonly total: number;
}

export interface CheckedCopy {
  readonly content: ContentDigest;
  /** Of the file. */
  readonly bytes: number;
  /** What was wrong with the content of the source, and is in the copy as it was. */
  readonly findings: readonly Finding[];
}

/** @throws `ERR_INTERRUPTED`; `ERR_STORE_DAMAGED` if pages of the copy are damaged, or entries are missing; what reading throws */
export async function checkCopy(
  directory: string,
  onProgress: (progress: CopyProgress) => void,
  signal: AbortSignal | undefined,
): Promise<CheckedCopy> {
  throwIfInterrupted(signal);
  const { entries: total, fileBytes: bytes } = infoOf(directory);
  const content = readContent(directory, (done) => onProgress({ phase: "read", done, total }));
  const report = await verifyStore(directory, {
    onProgress: ({ phase, done }) => {
      throwIfInterrupted(signal);
      if (phase === "entries") onProgress({ phase: "verify", done, total });
    },
  });
  const isSound = report.findings.every(({ kind }) => kind !== "page-damaged" && kind !== "keys-unreadable");
  if (!isSound || content.entries !== total) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_DAMAGED",
      isSound
        ? `the copy ${directory} has ${content.entries} entries, and should have ${total}`
        : `pages of the copy ${directory} are damaged`,
      {
        hint: "`db verify` tells whether the source is damaged too; if it isn't, check the disk of the copy",
      },
    );
  }
  sync(join(directory, "data.mdb"));
  return { content, bytes, findings: report.findings };
}

function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new CookieAuthenticatorError(
    "ERR_INTERRUPTED",
    "interrupted: the database is as it was, and no copy is left",
  );
}

function infoOf(directory: string): { readonly entries: number; readonly fileBytes: number } {
  const reader = openLmdbReader(directory);
  try {
    return reader.info();
  } finally {
    reader.close();
  }
}

/** LMDB's copy isn't synced. */
function sync(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
