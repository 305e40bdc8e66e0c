// The dynamic authenticators of a transport, and this component as a guest worker.

import type { RouterConfig } from "../config/config.js";
import type { NodeRequest } from "./node-request.js";

/** The `auth` of a transport whose clients this component lets in, by ticket or by the handshake's cookie. */
export function makeAuthenticator({ procedure, realm }: RouterConfig): object {
  const dynamic = {
    type: "dynamic",
    authenticator: procedure,
    "authenticator-realm": realm,
    // Any other role passes Crossbar's check at start, and then every client hangs.
    "authenticator-role": "trusted",
  };
  return { ticket: dynamic, anonymous: dynamic };
}

/** A worker that runs this component, and starts it again: Crossbar starts a guest worker once and never again. */
export function makeGuest({ config, command }: NodeRequest): object {
  const [executable, ...first] = command;
  return {
    type: "guest",
    executable,
    arguments: [...first, "start", "--restart", "--config", config.file],
    options: { stdout: "log", stderr: "log" },
  };
}
