// Our component as a user starts it: the executable with a configuration file, its log read line by line.

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { waitFor } from "../../test/support/wait-for.js";

export interface DemoComponent {
  /** The log line that a call left, by a field of it. Waits for it. */
  findLogLine(what: string, matches: (line: LogLine) => boolean): Promise<LogLine>;
  /** The exit status; `null` if a signal ended it. */
  readonly exited: Promise<number | null>;
  stop(): Promise<number | null>;
}

export type LogLine = Readonly<Record<string, unknown>>;

/** Starts it and waits until /readyz says that it is joined and registered, and the store is readable. */
export async function startComponent(options: {
  readonly executable: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly healthPort: number;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<DemoComponent> {
  const child = spawn(process.execPath, [options.executable, "start", "--config", options.configFile], {
    env: { ...process.env, ...options.environment },
    // A group of its own: Ctrl-C is for the demo, which then stops it in order.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: LogLine[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    appendFileSync(options.logFile, `${line}\n`);
    lines.push(parseLine(line));
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  process.once("exit", () => child.kill("SIGKILL"));

  await waitFor("the authenticator to be ready", async () => {
    if (child.exitCode !== null) throw new Error(`the authenticator ended: ${JSON.stringify(lines.at(-1))}`);
    return isReady(options.healthPort);
  });
  let read = 0;
  return {
    async findLogLine(what, matches) {
      return waitFor(what, () => {
        const at = lines.findIndex((line, index) => index >= read && matches(line));
        if (at === -1) return undefined;
        read = at + 1;
        return lines[at];
      });
    },
    exited,
    stop: () => stop(child, exited),
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // not listening yet
  }
}

function stop(child: ChildProcess, exited: Promise<number | null>): Promise<number | null> {
  child.kill("SIGTERM");
  return exited;
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { text: line };
  }
}
