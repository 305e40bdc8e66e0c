// A writer that says how long each write callback ran: the lock is held at least as long.

import type { CookieTransaction, CookieWriter } from "../src/store/cookie-writer.js";

export interface TimedWriter extends CookieWriter {
  /** Times of the callbacks since the last call, in ms. */
  takeTimes(): number[];
}

export function timeWrites(writer: CookieWriter): TimedWriter {
  let times: number[] = [];
  return {
    write: <T>(change: (transaction: CookieTransaction) => T) =>
      writer.write((transaction) => {
        const begin = performance.now();
        try {
          return change(transaction);
        } finally {
          times.push(performance.now() - begin);
        }
      }),
    takeTimes() {
      const taken = times;
      times = [];
      return taken;
    },
  };
}
