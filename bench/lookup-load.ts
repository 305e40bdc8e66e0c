// Look-ups at a steady rate in this very process, asked for by another: what a service's clients feel.

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface LookupLoad {
  /** The times between question and answer since the last call, in ms. */
  takeTimes(): Promise<number[]>;
  stop(): void;
}

/** @param lookUp the n-th look-up; the answer is sent when it returns */
export function startLookups(aSecond: number, lookUp: (n: number) => void): LookupLoad {
  const script = join(dirname(fileURLToPath(import.meta.url)), "purge-client.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, String(aSecond)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let report: ((times: number[]) => void) | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("report ")) {
      report?.(JSON.parse(line.slice("report ".length)));
      return;
    }
    lookUp(Number(line));
    child.stdin.write(`${line}\n`);
  });
  return {
    takeTimes: () =>
      new Promise((resolve) => {
        report = resolve;
        child.stdin.write("report\n");
      }),
    stop: () => child.stdin.end(),
  };
}
