// Events: topic by kind, and exactly five fields.

import { expect, test } from "@jest/globals";
import { EVENT_TOPICS, toEventMessage } from "../../src/procedures/event-message.js";
import type { SessionEvent } from "../../src/session/session.js";

const EVENT: SessionEvent = {
  kind: "logout",
  oid: "11111111-2222-4333-8444-555555555555",
  authid: "joe",
  authrealm: "realm1",
  reason: "logout-user",
  time: 1_700_000_000,
};

test.each(Object.entries(EVENT_TOPICS))("%s is published as %s", (kind, topic) => {
  const message = toEventMessage({ ...EVENT, kind: kind as SessionEvent["kind"] }, "a.b.");
  expect(message.topic).toBe(`a.b.${topic}`);
});

test("whatever else an event should hold one day, a value is never published", () => {
  const event = { ...EVENT, value: "v", session: { value: "v" } } as SessionEvent;
  expect(toEventMessage(event, "a.").kwargs).toEqual({
    oid: EVENT.oid,
    authid: "joe",
    authrealm: "realm1",
    reason: "logout-user",
    time: 1_700_000_000,
  });
});
