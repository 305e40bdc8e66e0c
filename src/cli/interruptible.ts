// Work that Ctrl-C ends between two steps, so that nothing is half done.

import { CookieAuthenticatorError } from "../errors.js";
import type { CliContext } from "./cli-context.js";

/** Runs `work` with a signal that Ctrl-C and SIGTERM abort. A second one ends the process at once. */
export async function withInterrupt<T>(
  context: Pick<CliContext, "onInterrupt">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const release = context.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

/** The error that such work ends with. @param message how far it got */
export function interrupted(message: string, hint?: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_INTERRUPTED", message, hint === undefined ? {} : { hint });
}
