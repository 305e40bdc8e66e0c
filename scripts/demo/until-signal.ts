// Keeps a demo up until somebody ends it.

/** Resolves with the first SIGINT (Ctrl-C) or SIGTERM. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    // A timer keeps the process alive beside the signal handlers, which don't.
    const timer = setInterval(() => {}, 60_000);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
}
