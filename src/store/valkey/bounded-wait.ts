// Waiting that ends: for an answer with a time limit, for a time that may be cut short.

/** What `promise` says, or `tooLate` after `ms`; an answer that came meanwhile but wasn't read yet counts. */
export function within<T>(promise: Promise<T>, ms: number, tooLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(tooLate())), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Waits `ms`, or throws as soon as the connection is lost: no timer stays behind. */
export async function pause(ms: number, lost: Promise<never>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      lost,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
