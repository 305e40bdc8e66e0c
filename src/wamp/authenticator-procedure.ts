// The WAMP procedure that routers call: hands each call to the authenticator, and its answer back.

import type { Authenticator } from "../authenticator/authenticator.js";
import type { Log } from "../log/logger.js";
import { autobahn } from "./autobahn.js";
import type { Endpoint, WampError } from "./autobahn-types.js";

export interface AuthenticatorProcedure {
  /** To be registered on any number of routers. */
  readonly endpoint: Endpoint;
  /** Calls that are being answered. */
  readonly inFlight: number;
  /** Resolves to true when no call is in flight and all answers are sent, or to false after `timeoutMs`. */
  idle(timeoutMs: number): Promise<boolean>;
}

export function createAuthenticatorProcedure(authenticator: Authenticator, log: Log): AuthenticatorProcedure {
  let inFlight = 0;
  const waiting = new Set<() => void>();

  const endpoint: Endpoint = async (args, _kwargs, details) => {
    inFlight += 1;
    try {
      const answer = await authenticator.answer(args, {
        authrole: details.caller_authrole,
        authid: details.caller_authid,
        session: details.caller,
      });
      if ("reply" in answer) return answer.reply;
      // The URI of any other kind of exception would be lost on the way.
      throw new autobahn.Error(answer.error.uri, [answer.error.text]);
    } catch (fault) {
      throw fault instanceof autobahn.Error ? fault : unexpected(fault, log);
    } finally {
      inFlight -= 1;
      // autobahn sends the answer some microtasks after this: one turn of the loop lets it.
      if (inFlight === 0) setImmediate(() => wake(waiting));
    }
  };

  return {
    endpoint,
    get inFlight() {
      return inFlight;
    },
    idle(timeoutMs) {
      if (inFlight === 0) return new Promise((resolve) => setImmediate(() => resolve(true)));
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(done);
          resolve(false);
        }, timeoutMs);
        const done = (): void => {
          clearTimeout(timer);
          resolve(true);
        };
        waiting.add(done);
      });
    },
  };
}

/** An authenticator doesn't reject; if it does all the same, the client must not see the exception's text. */
function unexpected(fault: unknown, log: Log): WampError {
  log.error({ fault: fault instanceof Error ? fault.name : typeof fault }, "the authenticator threw");
  return new autobahn.Error("wamp.error.runtime_error", ["authentication is not possible at the moment"]);
}

function wake(waiting: Set<() => void>): void {
  for (const done of waiting) done();
  waiting.clear();
}
