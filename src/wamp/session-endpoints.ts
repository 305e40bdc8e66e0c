// The session procedures as endpoints of one connection: URIs under the prefix, errors as autobahn sends them on.

import { ProcedureError } from "../procedures/procedure-error.js";
import type { SessionProcedures } from "../procedures/session-procedures.js";
import { autobahn } from "./autobahn.js";
import type { Endpoint } from "./autobahn-types.js";

/**
 * The endpoints by URI.
 *
 * @param at the connection that they are registered on: the caller is of its realm
 */
export function toSessionEndpoints(
  { handlers }: Pick<SessionProcedures, "handlers">,
  prefix: string,
  at: { readonly router: string; readonly realm: string },
): Readonly<Record<string, Endpoint>> {
  const entries = [...handlers].map(([name, handler]): [string, Endpoint] => [
    prefix + name,
    async (args, kwargs, { caller: session, caller_authid: authid, caller_authrole: authrole }) => {
      try {
        return await handler(kwargs ?? {}, args ?? [], { ...at, session, authid, authrole });
      } catch (error) {
        throw toWampError(error);
      }
    },
  ]);
  return Object.fromEntries(entries);
}

/** autobahn keeps the URI of its own error class only, and sends the text of any other to the caller. */
function toWampError(error: unknown): unknown {
  if (!(error instanceof ProcedureError)) {
    return new autobahn.Error("wamp.error.runtime_error", ["sessions are not available at the moment"]);
  }
  const { uri, message, field } = error;
  return new autobahn.Error(uri, [message], field === undefined ? {} : { field });
}
