// When a pass over the live sessions runs: never two at once, requests merged, and never most of the time.

import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";

/** What a pass looks at: all sessions, or those of some cookies. Sessions that were told to leave, always. */
export interface PassRequest {
  readonly isFull: boolean;
  readonly oids: ReadonlySet<string>;
}

export interface PassScheduler {
  /** A pass soon, over all cookies or these. A request during a pass makes one more after it. */
  request(oids: "all" | Iterable<string>): void;
  /** No more passes begin; resolves when the one under way is over. */
  stop(): Promise<void>;
}

/** After a pass we rest this many times as long as it took: at most a fifth of one core, however many sessions. */
const REST_FACTOR = 4;

/** @param pass never rejects */
export function createPassScheduler(pass: (request: PassRequest) => Promise<void>): PassScheduler {
  const stopping = new AbortController();
  let isAsked = false;
  let isFull = false;
  let oids = new Set<string>();
  let running: Promise<void> | undefined;

  const takeRequest = (): PassRequest | undefined => {
    if (stopping.signal.aborted || !isAsked) return undefined;
    const request = { isFull, oids };
    isAsked = false;
    isFull = false;
    oids = new Set();
    return request;
  };

  const run = async (): Promise<void> => {
    // A turn of the loop first: a burst of joins is one pass.
    await turn();
    for (let request = takeRequest(); request !== undefined; request = takeRequest()) {
      const beganMs = performance.now();
      await pass(request);
      const restMs = (performance.now() - beganMs) * REST_FACTOR;
      await delay(restMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
    running = undefined;
  };

  return {
    request(wanted) {
      if (stopping.signal.aborted) return;
      isAsked = true;
      if (wanted === "all") isFull = true;
      else for (const oid of wanted) oids.add(oid);
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
