// Runs the contract of the store's ports on both implementations.

import { join } from "node:path";
import { afterAll, describe } from "@jest/globals";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import type { SessionStoreOptions } from "../../src/store/lmdb/prepare-sessions.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { readGoldenCookies } from "../support/golden-cookies.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { describeReader, describeStore, makeFields } from "./conformance.js";
import { describeHashedStore, describeSessionStore } from "./session-conformance.js";

afterAll(removeTempDirectories);

const MAX_SIZE = 2 ** 30;

async function openLmdb(options: SessionStoreOptions = {}) {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  return openCookieStore({ path, maxSizeBytes: MAX_SIZE, ...options });
}

describeStore("in memory", async () => createMemoryStore());
describeStore("LMDB 0.9", () => openLmdb());
describeStore("LMDB 0.9, with sessions", () => openLmdb({ sessions: { mode: "shared" } }));

describe.each(["shared", "exclusive"] as const)("LMDB 0.9, %s", (mode) => {
  const open = () => openLmdb({ sessions: { mode } });
  describeSessionStore(mode, open, async (store) => {
    const { path = "" } = await store.reader.info();
    await store.close();
    return openCookieStore({ path, maxSizeBytes: MAX_SIZE, sessions: { mode } });
  });
});
describeHashedStore("LMDB 0.9", () => openLmdb({ sessions: { mode: "exclusive" }, hashValues: true }));

const cookies = Array.from({ length: 23 }, () => makeFields());

describeReader("in memory", async () => {
  const store = createMemoryStore();
  await store.writer.write((transaction) => {
    for (const fields of cookies) transaction.put(fields);
  });
  return { reader: store.reader, cookies };
});

describeReader("LMDB 0.9, read-write", async () => {
  const store = await openLmdb();
  await store.writer.write((transaction) => {
    for (const fields of cookies) transaction.put(fields);
  });
  return { reader: store.reader, cookies };
});

describe.each(["db-0.9", "db-shifted"] as const)("made by cfxdb: %s", (name) => {
  describeReader("LMDB 0.9, read-only", async () => {
    const path = copyGoldenDatabase(name, join(makeTempDirectory(), "cookies"));
    return { reader: await openCookieReader({ path }), cookies: readGoldenCookies(name) };
  });
});

describe.each(["db-0.9", "db-shifted", "db-1.0"] as const)("made by cfxdb: %s", (name) => {
  describeReader("our own LMDB reader", async () => {
    const path = copyGoldenDatabase(name, join(makeTempDirectory(), "cookies"));
    return { reader: await openCookieReader({ path, engine: "pure" }), cookies: readGoldenCookies(name) };
  });
});
