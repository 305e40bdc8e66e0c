// Runs backup-process.ts, and waits for it beside whatever the test does meanwhile.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { packageRoot } from "../../../src/store/lmdb/engine.js";

const script = join(packageRoot(), "test", "store", "backup", "backup-process.ts");

export interface BackupOutcome {
  readonly signal: NodeJS.Signals | null;
  /** The report, or the error's code, message and hint. */
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what is in it.
  readonly report: any;
}

/** @param limitBlocks `ulimit -f`: writes fail there as on a full disk */
export async function runBackup(args: readonly string[], limitBlocks?: number): Promise<BackupOutcome> {
  const command = [process.execPath, "--import", "tsx", script, ...args];
  const [file = "", ...rest] =
    limitBlocks === undefined
      ? command
      : ["sh", "-c", `ulimit -f ${limitBlocks} && exec "$@"`, "sh", ...command];
  const child = spawn(file, rest, { cwd: packageRoot(), stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { signal, report: text === "" ? undefined : JSON.parse(text) };
}
