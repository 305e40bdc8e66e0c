// kill -9 in the middle of thousands of logins and logouts: every answered one is durable, and the indexes are right.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { CookieSessions } from "../../src/session/cookie-sessions.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { verifyStore } from "../../src/store/verify/verify-store.js";
import { checkIndexes } from "../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const ROUNDS = 3;
/** Answers in each round, before the kill. */
const ANSWERS = 3000;
const SCRIPT = resolve("test/support/crossbar-sessions-killed-process.ts");

interface Answered {
  /** Value by oid, of every login. */
  readonly logins: ReadonlyMap<string, string>;
  /** Logouts that were begun, and those that were answered. */
  readonly leaving: ReadonlySet<string>;
  readonly logouts: ReadonlySet<string>;
}

afterAll(removeTempDirectories);

/** Whole lines only: the kill may have come in the middle of one. */
function parseAnswers(text: string): Answered {
  const logins = new Map<string, string>();
  const leaving = new Set<string>();
  const logouts = new Set<string>();
  for (const line of text.slice(0, text.lastIndexOf("\n")).split("\n")) {
    const [word, oid = "", value = ""] = line.split(" ");
    if (word === "in") logins.set(oid, value);
    if (word === "leaving") leaving.add(oid);
    if (word === "out") logouts.add(oid);
  }
  return { logins, leaving, logouts };
}

/** What a process had answered when it was killed. */
async function runAndKill(path: string): Promise<Answered> {
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, path], { env });
  let text = "";
  let lines = 0;
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (const byte of chunk) if (byte === 10) lines++;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const closed = once(child, "close");
  try {
    await waitFor("the answers", () => {
      if (child.exitCode !== null) throw new Error(`it ended early\n${errors}`);
      return lines >= ANSWERS;
    });
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
  expect(child.signalCode).toBe("SIGKILL");
  return parseAnswers(text);
}

test("what was answered before kill -9 is there, or gone, and the indexes verify", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const kept = new Map<string, string>();
  const gone = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    const { logins, leaving, logouts } = await runAndKill(path);
    expect(logouts.size).toBeGreaterThan(ANSWERS / 10);
    for (const [oid, value] of logins) {
      if (logouts.has(oid)) gone.set(oid, value);
      else if (!leaving.has(oid)) kept.set(oid, value);
    }
    // Without native code and without a sweep: as it is after the kill.
    const findings = checkIndexes(path);
    expect(findings).toMatchObject({ missing: [], stale: [], orphans: [] });
    expect(findings.records).toBeGreaterThanOrEqual(kept.size);
    expect(findings.uses).toBeGreaterThan(0);
    expect((await verifyStore(path)).ok).toBe(true);

    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });
    const sessions = new CookieSessions({ store });
    const lost: string[] = [];
    const revived: string[] = [];
    for (const [oid, value] of kept) if ((await sessions.getUser({ value }))?.oid !== oid) lost.push(oid);
    for (const [oid, value] of gone) {
      if ((await sessions.getUser({ value })) !== null || (await sessions.getUser({ oid })) !== null) {
        revived.push(oid);
      }
    }
    await store.close();
    expect({ lost, revived }).toEqual({ lost: [], revived: [] });
  }
  expect(kept.size + gone.size).toBeGreaterThan(1000);
}, 180_000);
