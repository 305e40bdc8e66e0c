// The authenticator as others see it: from a router's call to the reply or the error for the router.

import type { Outcome } from "./outcome.js";

/** Who calls the procedure, from the invocation's details. */
export interface Caller {
  readonly authrole?: string | undefined;
  readonly authid?: string | undefined;
  readonly session?: number | undefined;
}

/** What goes back to the router: the reply's map, or the error's URI and text. */
export type RouterAnswer =
  | { readonly reply: { readonly [key: string]: unknown } }
  | { readonly error: { readonly uri: string; readonly text: string } };

export interface Authenticator {
  /** One call of a router, `[realm, authid, details]`, answered. Never rejects: every fault is an answer. */
  answer(args: readonly unknown[], caller: Caller): Promise<RouterAnswer>;
  /** The same call, with its outcome; a fault rejects with a coded error. For use without a router. */
  authenticate(args: readonly unknown[], caller: Caller): Promise<Outcome>;
  /** Writes what the log still owes. Called once, before the process ends; an authenticator may have nothing to write. */
  flush?(): void;
}
