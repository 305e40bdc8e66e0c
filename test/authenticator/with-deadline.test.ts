// no look-up takes longer than the deadline.

import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { withDeadline } from "../../src/authenticator/with-deadline.js";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe("withDeadline", () => {
  test("gives the result", async () => {
    await expect(withDeadline(Promise.resolve(5), 2000)).resolves.toBe(5);
  });

  test("gives what the promise rejects with", async () => {
    const error = new Error("x");
    await expect(withDeadline(Promise.reject(error), 2000)).rejects.toBe(error);
  });

  test("a promise that never settles is a fault at the deadline, not before", async () => {
    let fault: unknown;
    const late = withDeadline(new Promise(() => {}), 2000).catch((error: unknown) => {
      fault = error;
    });
    await jest.advanceTimersByTimeAsync(1999);
    expect(fault).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    await late;
    expect(fault).toMatchObject({
      code: "ERR_AUTHENTICATE_TIMEOUT",
      message: expect.stringContaining("2000 ms"),
    });
  });

  test("a result in the last millisecond counts", async () => {
    const slow = new Promise((resolve) => setTimeout(() => resolve("late"), 1999));
    const result = withDeadline(slow, 2000);
    await jest.advanceTimersByTimeAsync(1999);
    await expect(result).resolves.toBe("late");
  });

  test.each<[string, () => unknown]>([
    ["a result", () => "late"],
    [
      "a rejection",
      () => {
        throw new Error("late");
      },
    ],
  ])("%s after the deadline is dropped, and is no unhandled rejection", async (_name, settle) => {
    const slow = new Promise((resolve) => setTimeout(resolve, 20)).then(settle);
    const result = expect(withDeadline(slow, 10)).rejects.toMatchObject({ code: "ERR_AUTHENTICATE_TIMEOUT" });
    await jest.advanceTimersByTimeAsync(10);
    await result;
    await jest.advanceTimersByTimeAsync(10);
  });
});
