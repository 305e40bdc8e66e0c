// A program of examples/web-login as a process, started as its first lines say, with what it has printed.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface ExampleProcess {
  output(): string;
  /** Throws if it has ended. */
  says(text: string): boolean;
  stop(): Promise<void>;
}

/** Starts a program of examples/web-login; `parameters` are its command line. */
export function startExample(
  file: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ExampleProcess {
  const program = join(root, "examples", "web-login", file);
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", program, ...parameters], {
    cwd: root,
    env: { ...process.env, ...environment },
    // A group of its own: Ctrl-C is for the demo, which then stops it in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const killNow = (): void => void child.kill("SIGKILL");
  process.once("exit", killNow);
  return {
    output: () => output,
    says(text) {
      if (child.exitCode !== null) throw new Error(`${file} ended early\n${output.slice(-4000)}`);
      return output.includes(text);
    },
    async stop() {
      child.kill("SIGTERM");
      await exited;
      process.removeListener("exit", killNow);
    },
  };
}
