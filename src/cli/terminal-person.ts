// The person at the terminal: can be asked, and can interrupt.

import { createInterface } from "node:readline/promises";
import type { CliContext } from "./cli-context.js";

/** `CliContext.ask` of this process. The question goes to standard error: standard output may be a pipe. */
export function askOnTerminal(): CliContext["ask"] {
  if (process.stdin.isTTY !== true) return undefined;
  return async (question, signal) => {
    // `terminal: false` leaves Ctrl-C to the signal handler, and echo and line editing to the terminal itself.
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
    try {
      const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
      return await Promise.race([lines.question(question, { signal }), ended]);
    } finally {
      lines.close();
    }
  };
}

/** `CliContext.onInterrupt` of this process. */
export function onInterrupt(listener: () => void): () => void {
  const release = (): void => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  };
  const interrupt = (): void => {
    release(); // the next one has its usual effect
    listener();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return release;
}
