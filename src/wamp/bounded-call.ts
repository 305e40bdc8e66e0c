// Waits for a router's answer, but neither for ever nor beyond the end of the session.

import { setMaxListeners } from "node:events";
import { CookieAuthenticatorError } from "../errors.js";

/** How long a router may take to answer a call of ours, in milliseconds. */
const CALL_TIMEOUT_MS = 5000;

/**
 * What `ask` resolves with. autobahn never settles what it waits for when the link is lost.
 *
 * @param left aborted when the session has ended
 * @throws `ERR_WAMP_CALL` there was no answer in time, or the session has ended; else what `ask` throws
 */
export function boundedCall<T>(
  ask: () => Promise<T>,
  { left, timeoutMs = CALL_TIMEOUT_MS }: { readonly left: AbortSignal; readonly timeoutMs?: number },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      left.removeEventListener("abort", onLeft);
      settle();
    };
    const give = (why: string) => () =>
      finish(() => reject(new CookieAuthenticatorError("ERR_WAMP_CALL", `no answer of the router: ${why}`)));
    const onLeft = give("the session has ended");
    const timer = setTimeout(give(`none within ${timeoutMs} ms`), timeoutMs);
    // Many calls under way listen for the same end; Node.js would take them for a leak.
    setMaxListeners(0, left);
    left.addEventListener("abort", onLeft, { once: true });
    if (left.aborted) {
      onLeft();
      return;
    }
    // autobahn throws texts, at once, on a closed session.
    Promise.resolve()
      .then(ask)
      .then(
        (answer) => finish(() => resolve(answer)),
        (fault: unknown) => finish(() => reject(fault)),
      );
  });
}
