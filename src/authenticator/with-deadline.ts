// A deadline for a look-up that must wait: the router has none, and its client would hang with us.

import { CookieAuthenticatorError } from "../errors.js";

/**
 * The promise's result, or a fault after `deadlineMs`. A result that comes later is dropped.
 *
 * @throws `ERR_AUTHENTICATE_TIMEOUT`, or what the promise rejects with
 */
export async function withDeadline<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new CookieAuthenticatorError(
          "ERR_AUTHENTICATE_TIMEOUT",
          `the store didn't answer within ${deadlineMs} ms`,
          {
            hint: "is the store's machine or network overloaded?",
          },
        ),
      );
    }, deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
