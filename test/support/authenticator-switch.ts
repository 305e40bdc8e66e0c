// An authenticator that a test exchanges while the service goes on.

import type { Authenticator } from "../../src/authenticator/authenticator.js";

export interface AuthenticatorSwitch {
  /** What the service is given. */
  readonly authenticator: Authenticator;
  /** The next calls go to this one. */
  use(authenticator: Authenticator): void;
}

export function createAuthenticatorSwitch(first: Authenticator): AuthenticatorSwitch {
  let current = first;
  return {
    authenticator: {
      answer: (args, caller) => current.answer(args, caller),
      authenticate: (args, caller) => current.authenticate(args, caller),
      flush: () => current.flush?.(),
    },
    use(authenticator) {
      current = authenticator;
    },
  };
}
