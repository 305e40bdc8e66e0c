// Events that the router takes, refuses, or leaves unanswered.

import { expect, test } from "@jest/globals";
import { createEventPublisher } from "../../src/wamp/event-publisher.js";
import { collectLog } from "../support/crossbar-log.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeAnswers, fakeSession, wampError } from "./fake-session.js";

const TOPIC = "com.example.session.on_login";
const FAILED = "an event can't be published";

function scene(answers: FakeAnswers = {}) {
  const fake = fakeSession(answers);
  const log = collectLog("info");
  const leaving = new AbortController();
  return { fake, log, leaving, publisher: createEventPublisher(fake.session, leaving.signal, log.log) };
}

test("an event goes out acknowledged", async () => {
  const { fake, publisher, log } = scene();
  publisher.publish(TOPIC, { oid: "1" });
  await waitFor("the event", () => fake.published.length === 1);
  expect(fake.published).toEqual([{ topic: TOPIC, kwargs: { oid: "1" }, options: { acknowledge: true } }]);
  expect(log.lines()).toEqual([]);
});

test("a refusal is said once, with what to do, and again after a success", async () => {
  let isRefused = true;
  const { fake, publisher, log } = scene({
    publish: () => {
      if (isRefused) throw wampError("wamp.error.not_authorized");
    },
  });
  for (let n = 0; n < 3; n += 1) publisher.publish(TOPIC, {});
  await waitFor("the line", () => log.saying(FAILED).length > 0);
  expect(log.saying(FAILED)).toMatchObject([
    { topic: TOPIC, uri: "wamp.error.not_authorized", hint: expect.stringContaining("publish") },
  ]);
  isRefused = false;
  publisher.publish(TOPIC, {});
  await waitFor("the success", () => fake.published.length === 4);
  await new Promise((resolve) => setImmediate(resolve));
  isRefused = true;
  publisher.publish(TOPIC, {});
  await waitFor("the second line", () => log.saying(FAILED).length === 2);
});

test("at most 1000 wait for a router that hangs; nothing is sent on a session that has ended", async () => {
  const { fake, publisher, log, leaving } = scene({ publish: () => new Promise(() => {}) });
  for (let n = 0; n < 1100; n += 1) publisher.publish(TOPIC, { n });
  await waitFor("the events", () => fake.published.length === 1000);
  expect(log.saying(FAILED)).toMatchObject([{ uri: "too-many" }]);
  leaving.abort();
  publisher.publish(TOPIC, {});
  await new Promise((resolve) => setImmediate(resolve));
  expect(fake.published).toHaveLength(1000);
  expect(log.saying(FAILED)).toHaveLength(1);
});
