// Events of sessions as WAMP events: topic and keyword arguments.

import type { SessionEvent } from "../session/session.js";

/** One event, to be published. */
export interface EventMessage {
  readonly topic: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** The last part of the topic, after the prefix. */
export const EVENT_TOPICS: Readonly<Record<SessionEvent["kind"], string>> = {
  login: "on_login",
  logout: "on_logout",
  update: "on_update",
  purge: "on_purge",
};

/** The fields are listed one by one, so that nothing else of a session can ever be published. */
export function toEventMessage(event: SessionEvent, prefix: string): EventMessage {
  const { oid, authid, authrealm, reason, time } = event;
  return { topic: prefix + EVENT_TOPICS[event.kind], kwargs: { oid, authid, authrealm, reason, time } };
}
