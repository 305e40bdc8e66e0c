// Both ports and the sweep over one open environment.

import type { CookieStore } from "../cookie-store.js";
import { ZlmdbCookieReader } from "../zlmdb-cookie-reader.js";
import type { LmdbEnvironment } from "./environment.js";
import { LmdbCookieWriter } from "./lmdb-cookie-writer.js";
import { prepareSessions, type SessionStoreOptions } from "./prepare-sessions.js";
import { deleteDamagedCookie } from "./put-cookie.js";
import { sweepIndexes } from "./sweep-indexes.js";

/** @throws as `prepareSessions`; the environment stays open then */
export async function createLmdbStore(
  environment: LmdbEnvironment,
  options: SessionStoreOptions,
): Promise<CookieStore> {
  await prepareSessions(environment, options);
  const writer = new LmdbCookieWriter(environment, { isShared: options.sessions?.mode === "shared" });
  const isExclusive = options.sessions?.mode === "exclusive";
  return {
    reader: new ZlmdbCookieReader(environment),
    writer,
    sweepIndexes: ({ signal } = {}) => sweepIndexes({ environment, writer, isExclusive }, signal),
    removeDamaged: (oid) =>
      writer.writeRaw((transaction, slots) => deleteDamagedCookie(transaction, slots, oid)),
    close: () => environment.close(),
  };
}
