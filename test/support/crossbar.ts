// A real Crossbar.io node for tests and demos: started in a directory, awaited, stopped with all its workers.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isListening } from "./crossbar-ports.js";
import { waitFor } from "./wait-for.js";

export { freePort, freePorts } from "./crossbar-ports.js";

export interface CrossbarOptions {
  /** The node configuration, as Crossbar's config.json has it. */
  readonly nodeConfig: object;
  /** Where `.crossbar` is made; must exist. */
  readonly directory: string;
  /** Longest time until it is ready, in milliseconds. */
  readonly deadlineMs?: number;
  /** More variables for its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Crossbar {
  readonly process: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Asks it to end and waits until all its processes have. */
  stop(): Promise<void>;
  /** Sends a signal to the controller and all workers, and waits for the end if the signal ends them. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const CROSSBAR = process.env.CROSSBAR ?? fileURLToPath(new URL("../../.venv/bin/crossbar", import.meta.url));

/** Crossbar prints this when all of its configuration has been started. */
const READY = "NODE_BOOT_COMPLETE";

const STOP_TIMEOUT_MS = 10_000;
const TAIL_CHARACTERS = 4000;

/**
 * Starts Crossbar and waits until it says that it is ready and all TCP ports of its configuration answer.
 * @throws Error with the end of its output if it ends early or isn't ready in time.
 */
export async function startCrossbar(options: CrossbarOptions): Promise<Crossbar> {
  const cbdir = join(options.directory, ".crossbar");
  mkdirSync(cbdir, { recursive: true });
  writeFileSync(join(cbdir, "config.json"), JSON.stringify(options.nodeConfig, undefined, 2));

  // A process group of its own: the workers are children of the controller, and survive it if it is killed.
  const child = spawn(CROSSBAR, ["start", "--cbdir", cbdir, "--color", "false"], {
    cwd: options.directory,
    detached: true,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  child.once("error", (error) => {
    output += `\n${error.message}`;
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const onOurExit = (): void => signalGroup(child, "SIGKILL");
  process.once("exit", onOurExit);

  const crossbar: Crossbar = {
    process: child,
    output: () => output,
    async stop() {
      signalGroup(child, "SIGTERM");
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
      // Workers that the controller left behind.
      signalGroup(child, "SIGKILL");
      process.removeListener("exit", onOurExit);
    },
    async kill(signal) {
      signalGroup(child, signal);
      if (signal === "SIGKILL" || signal === "SIGTERM") {
        await exited;
        process.removeListener("exit", onOurExit);
      }
    },
  };

  const ports = findPorts(options.nodeConfig);
  try {
    await waitFor(
      "Crossbar to be ready",
      async () => {
        if (child.exitCode !== null || child.pid === undefined) throw new Error("Crossbar ended early");
        if (!output.includes(READY)) return false;
        return (await Promise.all(ports.map(isListening))).every(Boolean);
      },
      options.deadlineMs ?? 60_000,
    );
  } catch (error) {
    const tail = output.slice(-TAIL_CHARACTERS);
    await crossbar.kill("SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : error}\n${tail}`);
  }
  return crossbar;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All processes of the group have ended.
  }
}

/** The numbers under all keys `port` of the configuration's `endpoint` objects. */
function findPorts(config: unknown): number[] {
  if (typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    if (key === "endpoint" && typeof value.port === "number") return [value.port as number];
    return findPorts(value);
  });
}
