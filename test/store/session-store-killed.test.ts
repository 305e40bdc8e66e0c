// kill -9 in the middle of thousands of logins and logouts: what was answered holds, and the indexes are the records'.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { checkIndexes } from "../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { listAll } from "./conformance.js";

afterAll(removeTempDirectories);

const ROUNDS = 4;
const ANSWERS_BEFORE_DEATH = 2000;
const script = join(packageRoot(), "test", "support", "session-writer-process.ts");

test("killed at any moment, again and again", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const alive = new Set<string>();
  const ended = new Set<string>();
  const begun = new Set<string>();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const child = spawn(process.execPath, ["--import", "tsx", script, path], {
      cwd: packageRoot(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let answers = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [what, oid = ""] = line.split(" ");
      if (what === "begin") {
        begun.add(oid); // from here on a logout may have happened, answered or not
      } else if (what === "put") {
        alive.add(oid);
      } else {
        ended.add(oid);
      }
      answers += 1;
      // A different moment of its work in each round.
      if (answers === ANSWERS_BEFORE_DEATH + round * 37) child.kill("SIGKILL");
    }
    if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");

    const reader = await openCookieReader({ path, engine: "pure" });
    const { cookies, damaged } = await listAll(reader, { limit: 1000 });
    await reader.close();
    const there = new Set(cookies.map(({ oid }) => oid));
    expect([...alive].filter((oid) => !begun.has(oid) && !there.has(oid))).toEqual([]);
    expect([...ended].filter((oid) => there.has(oid))).toEqual([]);
    expect(damaged).toEqual([]);
    const { records, missing, stale, orphans } = checkIndexes(path);
    expect({ missing, stale, orphans }).toEqual({ missing: [], stale: [], orphans: [] });
    expect(records).toBe(there.size);
  }
  expect(ended.size).toBeGreaterThan(ROUNDS * 100);
  // The next process goes on from there.
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });
  expect(await store.sweepIndexes()).toMatchObject({ added: 0, removed: 0 });
  await store.close();
}, 120_000);
