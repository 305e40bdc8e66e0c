// A few tasks at a time, in their order.

import { expect, test } from "@jest/globals";
import { createTaskQueue } from "../../src/live/task-queue.js";
import { waitFor } from "../support/wait-for.js";

test("no more than the limit run at once, all run, in the order in which they came", async () => {
  const queue = createTaskQueue(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  let done = 0;
  const push = (n: number): void =>
    queue.push(async () => {
      begun.push(n);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
      // One that comes while others run isn't forgotten.
      if (n === 9) push(10);
    });
  for (let n = 0; n < 10; n += 1) push(n);
  await waitFor("all", () => done === 11);
  expect(most).toBe(3);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
