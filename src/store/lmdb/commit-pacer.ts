// Writes of many at once beside a router: few in a commit, and a rest after each, so that the router gets the lock.

import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

/** Writes of one commit: a login changes four or five pages, whose sync is what takes long. */
const MOST_IN_COMMIT = 16;

/**
 * LMDB's lock isn't fair: commits that follow each other at once would starve a Crossbar on the same database, and its
 * whole event loop with it. One write alone doesn't wait for anything; beyond that half of the time is the router's.
 */
export class CommitPacer {
  readonly #waiting: (() => Promise<void>)[] = [];
  #isRunning = false;

  /** Runs `write` in one of the next commits. @returns what it returns */
  run<T>(write: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => write().then(resolve, reject));
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // All that this turn of the loop asks for can go together.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const beginMs = performance.now();
      await Promise.all(this.#waiting.splice(0, MOST_IN_COMMIT).map((start) => start()));
      await delay(Math.ceil(performance.now() - beginMs));
    }
    this.#isRunning = false;
  }
}
