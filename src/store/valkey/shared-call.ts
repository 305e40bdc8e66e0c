// Concurrent calls of the same function share one run.

/** A function that joins a run that is under way, and begins one if there is none. */
export function sharedCall<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
