// A reader whose look-ups are timed, so that the spine needs to know nothing of clocks and metrics.

import type { CookieReader, MaybePromise, UsedCookie } from "../store/cookie-reader.js";

/** The part of a reader that a call needs. */
export type LookUpReader = Pick<CookieReader, "findByValue" | "findUsed">;

/**
 * The same look-ups, each told to `lookedUp` with the time that it took, in milliseconds; what fails as well.
 *
 * @param nowMs a clock that doesn't follow the wall clock, in ms with fractions
 */
export function timeLookUps(
  reader: LookUpReader,
  nowMs: () => number,
  lookedUp: (tookMs: number) => void,
): LookUpReader {
  const timed = <T>(lookUp: () => MaybePromise<T>): MaybePromise<T> => {
    const beganMs = nowMs();
    let found: MaybePromise<T> | undefined;
    try {
      found = lookUp();
      return found;
    } finally {
      if (found instanceof Promise) {
        const done = (): void => lookedUp(nowMs() - beganMs);
        found.then(done, done);
      } else lookedUp(nowMs() - beganMs);
    }
  };
  return {
    findByValue: (value) => timed(() => reader.findByValue(value)),
    findUsed: (key) => timed<UsedCookie | undefined>(() => reader.findUsed(key)),
  };
}
