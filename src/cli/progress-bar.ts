// The progress of long commands: a bar for a person at a terminal, a plain line now and then for a log.

import { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";
import type { TextOutput } from "./cli-context.js";

/** A step of long work: `done` of `total` in this phase. `total` is left out where nobody knows it beforehand. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total?: number | undefined;
}

/** Where progress is shown; `stop` takes a bar away. */
export interface ProgressDisplay {
  readonly report: (progress: Progress) => void;
  readonly stop: () => void;
}

/** Time between two plain lines: short work prints none. */
const LINE_EVERY_MS = 10_000;

/**
 * A bar, without colours, where standard error is a terminal that can move its cursor; else a plain line every ten
 * seconds.
 */
export function showProgress(stderr: TextOutput, env: NodeJS.ProcessEnv = process.env): ProgressDisplay {
  return stderr.isTTY === true && env.TERM !== "dumb" ? showBar(stderr) : showLines(stderr);
}

function showBar(stderr: TextOutput): ProgressDisplay {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      stderr.write(String(chunk));
      done();
    },
  });
  let phase: string | undefined;
  let bar: SingleBar | undefined;
  return {
    report: ({ phase: next, done, total }) => {
      if (next === phase) {
        bar?.update(done);
        return;
      }
      bar?.stop();
      bar = new SingleBar(
        {
          format: total === undefined ? "{phase} {value}" : "{phase} [{bar}] {percentage}% {value}/{total}",
          stream: Object.assign(stream, { isTTY: true }),
          clearOnComplete: true,
          // Ctrl-C is the command's to handle, or ends the process at once; the terminal is left as it was.
          gracefulExit: false,
          linewrap: null,
        },
        Presets.legacy,
      );
      bar.start(total ?? Number.MAX_SAFE_INTEGER, done, { phase: next });
      phase = next;
    },
    stop: () => bar?.stop(),
  };
}

function showLines(stderr: TextOutput): ProgressDisplay {
  let lastMs = performance.now();
  return {
    report: ({ phase, done, total }) => {
      const nowMs = performance.now();
      if (nowMs - lastMs < LINE_EVERY_MS) return;
      lastMs = nowMs;
      stderr.write(`${phase}: ${done}${total === undefined ? "" : ` of ${total}`}\n`);
    },
    stop: () => {},
  };
}
