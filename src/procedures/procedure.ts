// One procedure: what it does once the caller's role and the arguments have passed.

import type { Caller } from "./caller.js";
import type { ProcedureArguments } from "./procedure-arguments.js";
import type { ProcedureName } from "./procedure-names.js";
import type { ResultMap } from "./session-map.js";

/** What a call was about, for the audit log. Never a value. */
export interface Touched {
  readonly oid?: string | undefined;
  readonly authid?: string | undefined;
  /** `null`: those of every realm. */
  readonly authrealm?: string | null | undefined;
  /** How many sessions were changed or ended. */
  readonly count?: number | undefined;
}

export interface ProcedureOutcome {
  readonly result: ResultMap | null;
  readonly touched: Touched;
}

export type Procedure<Name extends ProcedureName> = (
  args: ProcedureArguments[Name],
  caller: Caller,
) => Promise<ProcedureOutcome>;

export type Procedures<Name extends ProcedureName> = { readonly [name in Name]: Procedure<name> };
