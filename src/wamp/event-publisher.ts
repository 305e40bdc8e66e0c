// Publishes events of ours on one session: acknowledged, a bounded number at once, and never a reason to fail.

import type { Log } from "../log/logger.js";
import type { Session } from "./autobahn-types.js";
import { boundedCall } from "./bounded-call.js";
import { toWampReason } from "./wamp-reason.js";

export interface EventPublisher {
  /** Returns at once, never throws. What the router doesn't take is lost: events tell what is stored already. */
  publish(topic: string, kwargs: Readonly<Record<string, unknown>>): void;
}

/** Events that wait for the router's word; beyond these they are dropped, lest a router that hangs fill our memory. */
const MOST_IN_FLIGHT = 1000;

/** @param left aborted when the session has ended */
export function createEventPublisher(session: Session, left: AbortSignal, log: Log): EventPublisher {
  let inFlight = 0;
  let hasFailed = false;

  const sayFault = (topic: string, fault: Readonly<Record<string, unknown>>): void => {
    // One line for a run of them.
    log[hasFailed ? "debug" : "error"]({ topic, ...fault }, "an event can't be published");
    hasFailed = true;
  };

  const publish = async (topic: string, kwargs: Readonly<Record<string, unknown>>): Promise<void> => {
    inFlight += 1;
    try {
      const send = async (): Promise<unknown> =>
        await session.publish(topic, [], { ...kwargs }, { acknowledge: true });
      await boundedCall(send, { left });
      hasFailed = false;
    } catch (refusal) {
      const reason = toWampReason(refusal);
      const isForbidden = reason.uri === "wamp.error.not_authorized";
      const hint = isForbidden ? "Give the role of this login `publish` permission on the topic." : undefined;
      if (!left.aborted) sayFault(topic, { ...reason, hint });
    } finally {
      inFlight -= 1;
    }
  };

  return {
    publish(topic, kwargs) {
      if (left.aborted) return;
      if (inFlight >= MOST_IN_FLIGHT) {
        sayFault(topic, { uri: "too-many", text: `${MOST_IN_FLIGHT} events wait for the router` });
        return;
      }
      void publish(topic, kwargs);
    },
  };
}
