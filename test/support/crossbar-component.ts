// A component in a process of its own, to be killed or frozen: `node --import tsx crossbar-component.ts '<json>'`.
// Prints a line for each event: registered, call (and never answers it if told to hold).

import type { RouterConfig } from "../../src/config/config.js";
import { createLog } from "../../src/log/logger.js";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { attachRouter } from "../../src/wamp/router-attachment.js";
import { fakeAuthenticator, WELCOME_JOE } from "./crossbar-router.js";
import { waitFor } from "./wait-for.js";

/** What the process is told on its command line. */
export interface ComponentOptions {
  readonly router: RouterConfig;
  /** Never answer a call. */
  readonly hold: boolean;
}

const { router, hold } = JSON.parse(process.argv[2] ?? "{}") as ComponentOptions;
const log = createLog({ level: "info" });
const authenticator = fakeAuthenticator(() => {
  console.log("call");
  return hold ? new Promise(() => {}) : WELCOME_JOE;
});
const { endpoint } = createAuthenticatorProcedure(authenticator, log);
const attachment = attachRouter({ router, endpoint, log });
attachment.start();
await waitFor("the registration", () => attachment.status.registered);
console.log("registered");
