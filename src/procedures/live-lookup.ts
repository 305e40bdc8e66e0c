// What the procedures ask the view of live connections.

import type { Session } from "../session/session.js";
import type { Caller } from "./caller.js";

export interface LiveLookup {
  /**
   * The caller's own connection; its `oid` is that of the cookie it joined with, if it did.
   * `undefined`: the view doesn't have it (yet), so that nothing is known of its cookie.
   */
  findConnection(caller: Caller): { readonly oid: string | undefined } | undefined;
  /** Whether a client of this user is joined with the session now. */
  isConnected(session: Pick<Session, "oid" | "authid" | "authrealm">): boolean;
}
