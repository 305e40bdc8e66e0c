// Events of sessions: told after the change is durable, and never in its way.

import type { Cookie } from "../record/cookie.js";
import { toSeconds } from "./seconds.js";
import type { SessionEvent } from "./session.js";

/** The event of a record's change. @param nowNs ns since 1970 UTC */
export function toEvent(
  kind: SessionEvent["kind"],
  cookie: Cookie,
  reason: SessionEvent["reason"],
  nowNs: bigint,
): SessionEvent {
  return {
    kind,
    oid: cookie.oid,
    authid: cookie.authid ?? "",
    authrealm: cookie.authrealm ?? "",
    reason,
    time: toSeconds(nowNs),
  };
}

/** Tells the listener of each event. What is stored is stored: a listener that fails changes no answer. */
export function createNotifier(
  onChange: ((event: SessionEvent) => unknown) | undefined,
): (events: readonly SessionEvent[]) => void {
  if (onChange === undefined) return () => {};
  return (events) => {
    for (const event of events) {
      try {
        const result = onChange(event);
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // the listener's own affair
      }
    }
  };
}
