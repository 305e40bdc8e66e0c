// Until when answers from memory are allowed.

import { expect, test } from "@jest/globals";
import { SignOfLife } from "../../../src/store/valkey/sign-of-life.js";

test("a sign of life counts from when it was asked for, until the connection is lost", () => {
  const clock = { ms: 1000 };
  const sign = new SignOfLife({ maxStaleMs: 100, now: () => clock.ms });
  expect(sign.isFresh()).toBe(false);
  sign.answered(950);
  expect(sign.isFresh()).toBe(true);
  clock.ms = 1050;
  expect(sign.isFresh()).toBe(true);
  clock.ms = 1051;
  expect(sign.isFresh()).toBe(false);
  sign.answered(1050);
  expect(sign.isFresh()).toBe(true);
  sign.lost();
  expect(sign.isFresh()).toBe(false);
});
