// One timer for many limits.

import { expect, test } from "@jest/globals";
import { Deadlines } from "../../../src/store/valkey/deadlines.js";
import { waitFor } from "../../support/wait-for.js";

interface Item {
  readonly expiresAt: number;
  expire(): void;
}

function make(inMs: number, expired: number[], name: number): Item {
  return { expiresAt: performance.now() + inMs, expire: () => void expired.push(name) };
}

test("each expires at its time, in order, and those that are over don't", async () => {
  const deadlines = new Deadlines();
  const expired: number[] = [];
  const items = Array.from({ length: 100 }, (_, at) => make(20 + at, expired, at));
  for (const item of items) deadlines.add(item);
  for (const [at, item] of items.entries()) if (at % 3 === 0) deadlines.delete(item);
  const expected = items.map((_, at) => at).filter((at) => at % 3 !== 0);
  await waitFor("all have expired", () => expired.length === expected.length);
  expect(expired).toEqual(expected);
  expect([...deadlines.waiting]).toEqual([]);
});

test("none expires before its time", async () => {
  const deadlines = new Deadlines();
  const early: number[] = [];
  let left = 20;
  for (let at = 0; at < 20; at++) {
    const expiresAt = performance.now() + 10 * at;
    deadlines.add({
      expiresAt,
      expire() {
        left--;
        if (performance.now() < expiresAt) early.push(at);
      },
    });
  }
  await waitFor("all have expired", () => left === 0);
  expect(early).toEqual([]);
});

test("one that is added after all were over expires too", async () => {
  const deadlines = new Deadlines();
  const expired: number[] = [];
  for (let round = 0; round < 3; round++) {
    deadlines.add(make(5, expired, round));
    await waitFor("it has expired", () => expired.length === round + 1);
  }
  expect(expired).toEqual([0, 1, 2]);
});
