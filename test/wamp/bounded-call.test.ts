// Answers that come, that don't, and that come too late.

import { expect, test } from "@jest/globals";
import { boundedCall } from "../../src/wamp/bounded-call.js";

const never = (): Promise<never> => new Promise(() => {});
const TIMEOUT = { code: "ERR_WAMP_CALL", message: expect.stringContaining("within 10 ms") };
const ENDED = { code: "ERR_WAMP_CALL", message: expect.stringContaining("session has ended") };

test("gives the answer, or what was thrown, be it a text and at once", async () => {
  const { signal: left } = new AbortController();
  expect(await boundedCall(async () => 7, { left })).toBe(7);
  await expect(boundedCall(() => Promise.reject("refused"), { left })).rejects.toBe("refused");
  const throwing = (): never => {
    throw "session not open";
  };
  await expect(boundedCall(throwing, { left })).rejects.toBe("session not open");
});

test("waits no longer than it may", async () => {
  const { signal: left } = new AbortController();
  await expect(boundedCall(never, { left, timeoutMs: 10 })).rejects.toMatchObject(TIMEOUT);
});

test("ends with the session, and asks nothing of one that has ended", async () => {
  const leaving = new AbortController();
  const call = boundedCall(never, { left: leaving.signal });
  leaving.abort();
  await expect(call).rejects.toMatchObject(ENDED);
  let asked = 0;
  const late = boundedCall(
    async () => {
      asked += 1;
    },
    { left: leaving.signal },
  );
  await expect(late).rejects.toMatchObject(ENDED);
  expect(asked).toBe(0);
});
