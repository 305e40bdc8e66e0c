// The executable's `start` from its TypeScript source, as a process that a test can signal.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface StartProcess {
  readonly pid: number;
  /** The lines of its log so far, parsed. */
  lines(): readonly Record<string, unknown>[];
  /** The lines with this message. */
  saying(message: string): readonly Record<string, unknown>[];
  /** All that it wrote. */
  text(): string;
  signal(signal: NodeJS.Signals): void;
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** @param args after `start` */
export function runStart(...args: readonly string[]): StartProcess {
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  // `--import` instead of the tsx command, which would put a process of its own in between.
  const command = ["--import", "tsx", MAIN, "start", ...args];
  const child: ChildProcess = spawn(process.execPath, command, { cwd: ROOT, env });
  let text = "";
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  const lines = (): Record<string, unknown>[] =>
    text
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    pid: child.pid ?? 0,
    lines,
    saying: (message) => lines().filter(({ msg }) => msg === message),
    text: () => text,
    signal: (signal) => void child.kill(signal),
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
