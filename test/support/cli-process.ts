// The executable as a process of its own, from its source: what it says, what it ends with, and signals for it.

import { spawn } from "node:child_process";
import { resolve } from "node:path";

export interface CliProcess {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What it has written until now. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts it; what its arguments name is relative to the working directory of the tests. */
export function startCli(...args: readonly string[]): CliProcess {
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  // `--import` instead of the tsx command, which would put a process of its own in between.
  const child = spawn(process.execPath, ["--import", "tsx", resolve("src/cli/main.ts"), ...args], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals>((done) =>
    child.once("close", (code, signal) => done(code ?? signal ?? "SIGKILL")),
  );
  return { kill: (signal) => child.kill(signal), stdout: () => stdout, stderr: () => stderr, ended };
}
