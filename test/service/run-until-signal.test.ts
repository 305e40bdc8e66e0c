// Signals need a process of their own.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import { waitFor } from "../support/wait-for.js";

const SCRIPT = fileURLToPath(new URL("./signal-process.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

let child: ChildProcess | undefined;
let output = "";

function run(kind: string): Promise<number | NodeJS.Signals | null> {
  output = "";
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const started = spawn(process.execPath, ["--import", "tsx", SCRIPT, kind], { cwd: ROOT, env });
  child = started;
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  started.stdout.on("data", collect);
  started.stderr.on("data", collect);
  return new Promise((resolve) => started.once("close", (code, signal) => resolve(code ?? signal)));
}

const printed = (line: string) => waitFor(line, () => output.includes(`${line}\n`));

afterEach(() => {
  child?.kill("SIGKILL");
});

describe("runUntilSignal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s stops the service; the exit status is 0", async (signal) => {
    const ended = run("clean");
    await printed("started");
    child?.kill(signal);
    expect(await ended).toBe(0);
    expect(output).toContain("stopping\n");
    expect(output).toContain("after\n");
  });

  test("a second signal ends a stop that hangs, with status 1", async () => {
    const ended = run("stuck");
    await printed("started");
    child?.kill("SIGTERM");
    await printed("stopping");
    child?.kill("SIGINT");
    expect(await ended).toBe(1);
    expect(output).toContain("second signal");
  });

  test("a start that fails rejects, and signals end the process as ever", async () => {
    expect(await run("failing")).toBe(1);
    expect(output).toContain("ERR_HEALTH_LISTEN");
  });
});
