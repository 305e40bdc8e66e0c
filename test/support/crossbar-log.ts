// A log whose lines a test can read.

import { createLog, type Log } from "../../src/log/logger.js";

export interface CollectedLog {
  readonly log: Log;
  /** The lines so far, parsed. */
  lines(): readonly Record<string, unknown>[];
  /** The lines with this message. */
  saying(message: string): readonly Record<string, unknown>[];
  /** Everything as it was written. */
  text(): string;
}

export function collectLog(level = "debug"): CollectedLog {
  let text = "";
  const log = createLog(
    { level },
    {
      write(line: string) {
        text += line;
      },
    },
  );
  const lines = (): Record<string, unknown>[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, text: () => text, saying: (message) => lines().filter(({ msg }) => msg === message) };
}
