// Starts authenticator-component.ts as a process, for tests that kill it or look at its memory.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AuthenticatorComponentOptions } from "./authenticator-component.js";
import { waitFor } from "./wait-for.js";

export interface ProcessMemory {
  readonly heapBytes: number;
  readonly residentBytes: number;
}

export interface AuthenticatorProcess {
  /** Its log so far. */
  log(): string;
  /** What it uses after a garbage collection, in bytes. */
  memory(): Promise<ProcessMemory>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./authenticator-component.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Resolves when the component is registered. */
export async function startAuthenticatorProcess(
  options: AuthenticatorComponentOptions,
): Promise<AuthenticatorProcess> {
  // `--import` instead of the tsx command, which would put a process of its own in between; jest's own options not.
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const parameters = ["--expose-gc", "--import", "tsx", SCRIPT, JSON.stringify(options)];
  const child = spawn(process.execPath, parameters, { cwd: ROOT, env });
  let out = "";
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const onOurExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onOurExit);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    process.removeListener("exit", onOurExit);
  };
  try {
    await waitFor("the component to be registered", () => {
      if (child.exitCode !== null) throw new Error("the component ended early");
      return out.includes("registered\n");
    });
  } catch (error) {
    await kill();
    throw new Error(`${error instanceof Error ? error.message : error}\n${log}`);
  }
  const memory = async (): Promise<ProcessMemory> => {
    const from = out.length;
    child.stdin.write("\n");
    const [, heap, resident] = await waitFor("the memory", () => {
      return /memory (\d+) (\d+)\n/.exec(out.slice(from)) ?? undefined;
    });
    return { heapBytes: Number(heap), residentBytes: Number(resident) };
  };
  return { log: () => log, memory, kill };
}
