// The progress bar of long commands.

import { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";
import type { TextOutput } from "./cli-context.js";

/** A step of long work: `done` of `total` in this phase. */
interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** A progress bar on a terminal; nothing where standard error goes elsewhere. */
export function showProgress(stderr: TextOutput): {
  readonly report: (progress: Progress) => void;
  readonly stop: () => void;
} {
  if (stderr.isTTY !== true) return { report: () => {}, stop: () => {} };
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      stderr.write(String(chunk));
      done();
    },
  });
  const bar = new SingleBar(
    {
      format: "{phase} [{bar}] {percentage}% {value}/{total}",
      stream: Object.assign(stream, { isTTY: true }),
      clearOnComplete: true,
      // Ctrl-C ends the process at once, which nothing must keep it from, and leaves the terminal as it was.
      gracefulExit: false,
      linewrap: null,
    },
    Presets.legacy,
  );
  let phase: string | undefined;
  return {
    report: (progress) => {
      if (progress.phase === phase) {
        bar.update(progress.done);
        return;
      }
      bar.stop();
      bar.start(progress.total, progress.done, { phase: progress.phase });
      phase = progress.phase;
    },
    stop: () => bar.stop(),
  };
}
