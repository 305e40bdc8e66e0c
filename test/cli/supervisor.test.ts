// The supervisor with real processes: what it starts again, what it passes on, and that nothing outlives it.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const SCRIPT = fileURLToPath(new URL("../support/supervisor-process.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

afterAll(removeTempDirectories);

interface Supervisor {
  readonly process: ChildProcess;
  /** A line for each start (`start PID`), end (`stop SIGNAL`) and reload of the children. */
  lines(): string[];
  readonly ended: Promise<number | null>;
}

/** A supervisor whose child does what `child` says: see supervisor-process.ts. */
function startSupervisor(child: string): Supervisor {
  const file = join(makeTempDirectory(), "lines");
  writeFileSync(file, "");
  const supervisor = spawn(process.execPath, ["--import", "tsx", SCRIPT, child, file], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "ignore"],
  });
  const ended = new Promise<number | null>((resolve) => supervisor.once("exit", resolve));
  const lines = () => readFileSync(file, "utf8").split("\n").slice(0, -1);
  return { process: supervisor, lines, ended };
}

const pidOf = (line: string | undefined): number => Number(line?.split(" ")[1]);
const starts = (lines: readonly string[]) => lines.filter((line) => line.startsWith("start "));

test("a child that ends with a fault is started again, one that ends in order isn't", async () => {
  const supervisor = startSupervisor("fail-twice");
  expect(await supervisor.ended).toBe(0);
  const pids = starts(supervisor.lines()).map(pidOf);
  expect(pids).toHaveLength(3);
  expect(new Set(pids).size).toBe(3);
}, 30_000);

test("a child that is killed is started again", async () => {
  const supervisor = startSupervisor("stay");
  const first = await waitFor("the first start", () => starts(supervisor.lines())[0], 20_000);
  process.kill(pidOf(first), "SIGKILL");
  await waitFor("the second start", () => starts(supervisor.lines())[1], 20_000);
  supervisor.process.kill("SIGTERM");
  await supervisor.ended;
}, 60_000);

test("SIGHUP is passed on, and SIGTERM is, once, and ends both", async () => {
  const supervisor = startSupervisor("stay");
  await waitFor("the start", () => starts(supervisor.lines())[0], 20_000);
  supervisor.process.kill("SIGHUP");
  await waitFor("the reload", () => supervisor.lines().includes("stop SIGHUP"));
  supervisor.process.kill("SIGTERM");
  expect(await supervisor.ended).toBe(0);
  expect(supervisor.lines().filter((line) => line === "stop SIGTERM")).toHaveLength(1);
  expect(starts(supervisor.lines())).toHaveLength(1);
}, 60_000);

test("SIGTERM between an end and the next start ends it at once", async () => {
  const supervisor = startSupervisor("fail");
  await waitFor("a long pause", () => supervisor.lines().includes("pause"), 20_000);
  supervisor.process.kill("SIGTERM");
  expect(await supervisor.ended).toBe(0);
  expect(starts(supervisor.lines())).toHaveLength(1);
}, 60_000);

test("when the supervisor is killed, the child ends in order", async () => {
  const supervisor = startSupervisor("stay");
  await waitFor("the start", () => starts(supervisor.lines())[0], 20_000);
  supervisor.process.kill("SIGKILL");
  await waitFor("the child's end", () => supervisor.lines().includes("stop SIGTERM"));
}, 60_000);
