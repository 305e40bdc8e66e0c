// What a router may answer to `wamp.session.kill`.

import { expect, test } from "@jest/globals";
import { killSession } from "../../src/wamp/kill-session.js";
import { collectLog } from "../support/crossbar-log.js";
import { fakeSession, wampError } from "./fake-session.js";

function kill(call: () => unknown) {
  const fake = fakeSession({ call });
  const { signal: left } = new AbortController();
  const options = { session: fake.session, left, log: collectLog().log };
  return { fake, outcome: killSession(options, 7, "com.example.ended.revoked", "bye") };
}

const refusing = (uri: string) => () => {
  throw wampError(uri);
};

test("tells the router whom, why, and what to say", async () => {
  const { fake, outcome } = kill(() => null);
  expect(await outcome).toBe("told");
  expect(fake.calls).toEqual([
    {
      procedure: "wamp.session.kill",
      args: [7],
      kwargs: { reason: "com.example.ended.revoked", message: "bye" },
    },
  ]);
});

test.each([
  ["wamp.error.no_such_session", "gone"],
  // Crossbar, about a session that was told before and ignores it.
  ["wamp.error.runtime_error", "told"],
])("%s: %s", async (uri, expected) => {
  expect(await kill(refusing(uri)).outcome).toBe(expected);
});

test("any other refusal is the caller's to deal with", async () => {
  await expect(kill(refusing("wamp.error.not_authorized")).outcome).rejects.toMatchObject({
    error: "wamp.error.not_authorized",
  });
});
