// The property of CookieSessions on LMDB, in both modes and with hashed values.

import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { describeSessions } from "./sessions-model.js";

afterAll(removeTempDirectories);

async function openLmdb(mode: "shared" | "exclusive", hashValues: boolean): Promise<CookieStore> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode }, hashValues });
  // Where only we write, the indexes are exact from the first sweep on, and listings rely on them.
  if (mode === "exclusive") await store.sweepIndexes();
  return store;
}

const runs = { numRuns: 12 };
describeSessions("LMDB, shared", () => openLmdb("shared", false), runs);
describeSessions("LMDB, exclusive", () => openLmdb("exclusive", false), runs);
describeSessions("LMDB, exclusive, hashed values", () => openLmdb("exclusive", true), runs);
