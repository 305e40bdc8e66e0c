// Who may call what: the part of the configuration's `sessions` that the procedures need, as data.

import type { ProcedureName } from "./procedure-names.js";

export interface ProcedureRules {
  /** URI prefix of procedures, topics and errors; ends in a dot. */
  readonly prefix: string;
  /** Which procedures a role may call; a role that isn't there may call none. */
  readonly roles: ReadonlyMap<string, readonly ProcedureName[]>;
  /** Realms whose callers may manage the sessions of every realm. */
  readonly everyRealm: readonly string[];
}
