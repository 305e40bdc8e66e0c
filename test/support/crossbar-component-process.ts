// Starts crossbar-component.ts as a process, for tests that kill it or freeze it.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RouterConfig } from "../../src/config/config.js";
import { waitFor } from "./wait-for.js";

export interface ComponentProcess {
  /** How many calls have reached it. */
  calls(): number;
  /** Its log so far. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  /** Kills it, frozen or not, and waits for its end. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./crossbar-component.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Resolves when the component is registered. With `hold` it never answers a call. */
export async function startComponent(router: RouterConfig, hold: boolean): Promise<ComponentProcess> {
  // `--import` instead of the tsx command: that one would put a process of its own in between.
  const options = JSON.stringify({ router, hold });
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, options], { cwd: ROOT, env });
  let out = "";
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const component: ComponentProcess = {
    calls: () => out.split("\n").filter((line) => line === "call").length,
    log: () => log,
    signal: (signal) => void child.kill(signal),
    kill: () => killAndWait(child),
  };
  try {
    await waitFor("the component to be registered", () => {
      if (child.exitCode !== null) throw new Error("the component ended early");
      return out.includes("registered\n");
    });
  } catch (error) {
    await component.kill();
    throw new Error(`${error instanceof Error ? error.message : error}\n${log}`);
  }
  return component;
}

function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
