// Everything that a reader can be asked about a directory, as one outcome: the content, or the code of the error.

import { CookieAuthenticatorError } from "../../src/errors.js";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import type { LmdbSnapshot } from "../../src/lmdb-reader/snapshot.js";
import { hashEntries, readAllEntries } from "./lmdb-make.js";

/** The content's hash, or the code of the error. @throws whatever isn't one of our errors */
export function outcomeOf(directory: string, keys: readonly Buffer[] = []): string {
  const result = readFile(directory, (snapshot) => {
    snapshot.census();
    for (const key of keys) coded(() => snapshot.get(key));
    return hashEntries(readAllEntries(snapshot));
  });
  return result instanceof CookieAuthenticatorError ? result.code : result;
}

/** The same for fuzzing: every message, with page numbers and other figures left out. */
export function describeFile(directory: string): {
  readonly isContent: boolean;
  readonly signature: readonly string[];
} {
  const messages: string[] = [];
  const note = (error: unknown): void => {
    if (error instanceof CookieAuthenticatorError) messages.push(`${error.code} ${shape(error.message)}`);
  };
  const result = readFile(directory, (snapshot) => {
    messages.length = 0;
    const census = snapshot.census();
    census.problems.forEach(note);
    for (const key of KEYS) note(coded(() => snapshot.get(key)));
    const entries = coded(() => readAllEntries(snapshot, 7));
    note(entries);
    return `${census.problemCount > 0} ${census.lostPages > 0} ${entries instanceof Error}`;
  });
  note(result);
  return {
    isContent: !(result instanceof Error),
    signature: [...new Set([...messages, shape(String(result))])],
  };
}

/** Before, between and after the keys of any file. */
const KEYS = [0, 1, 0x20, 0x40, 0x6b, 0x6c, 0x70, 0x80, 0xff].map((byte) =>
  Buffer.alloc(byte === 0 ? 0 : 3, byte),
);

function shape(message: string): string {
  return message.replace(/\/\S*data\.mdb/, "FILE").replace(/0x[0-9a-f]+|\d[\d.e+]*/g, "N");
}

function readFile(
  directory: string,
  read: (snapshot: LmdbSnapshot) => string,
): string | CookieAuthenticatorError {
  return coded(() => {
    const reader = openLmdbReader(directory);
    try {
      return reader.read(read);
    } finally {
      reader.close();
    }
  });
}

function coded<T>(step: () => T): T | CookieAuthenticatorError {
  try {
    return step();
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return error;
    throw error;
  }
}
