// Bounds the lines of a flood: says which to write, and has the rest written as one line when its window ends.

import { createRepeatWindows, type RepeatLimit, type Repeats } from "./repeat-windows.js";

export interface RepeatSummary {
  /** Whether to write a line of this kind, from this source; if not, it will be in a summary. */
  admit(kind: string, source: string): boolean;
  /** Writes what is left, before the process ends. */
  flush(): void;
}

/** What a summary needs. `nowMs`: a clock that doesn't follow the wall clock. */
export interface RepeatSummaryOptions {
  readonly limit: RepeatLimit;
  readonly nowMs: () => number;
  /** Writes one summary. */
  readonly write: (repeats: Repeats) => void;
  /** A line is not written; for metrics. */
  readonly onSuppressed?: (() => void) | undefined;
}

/** A window ends with the next call or, if none comes, by a timer that doesn't keep the process alive. */
export function createRepeatSummary(options: RepeatSummaryOptions): RepeatSummary {
  const { limit, nowMs, write, onSuppressed } = options;
  const windows = createRepeatWindows(limit);
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    const endMs = windows.nextEndMs();
    if (endMs === undefined) return;
    timer = setTimeout(writeEnded, Math.max(1, endMs - nowMs()));
    timer.unref();
  };
  const writeEnded = (): void => {
    for (const repeats of windows.takeEnded(nowMs())) write(repeats);
    arm();
  };

  return {
    admit(kind, source) {
      const now = nowMs();
      for (const repeats of windows.takeEnded(now)) write(repeats);
      const isWritten = windows.admit(kind, source, now);
      if (isWritten) return true;
      onSuppressed?.();
      if (timer === undefined) arm();
      return false;
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      for (const repeats of windows.takeAll(nowMs())) write(repeats);
    },
  };
}
