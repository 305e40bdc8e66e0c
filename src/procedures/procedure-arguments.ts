// Keyword arguments, checked against schema/procedures.schema.json before anything is done with them.

import { openDefinitions, type SchemaCheck } from "../json-schema/compile-schema.js";
import { toLogText } from "../log/log-text.js";
import { invalidArgument } from "./procedure-error.js";
import type { ProcedureName } from "./procedure-names.js";

/** The key of a session: the schema lets exactly one of both through. */
export interface KeyArguments {
  readonly value?: string;
  readonly oid?: string;
}

/** Which realm's sessions: see `findRealm`. */
export interface RealmArgument {
  readonly authrealm?: string | null;
}

export interface PageArguments {
  readonly limit: number;
  readonly after?: string;
}

export interface DeviceArgument {
  readonly peer?: string;
  readonly user_agent?: string;
}

export interface LoginArguments {
  readonly authid: string;
  readonly authrole: string;
  readonly authrealm?: string;
  readonly authmethod?: string;
  readonly scope?: string | readonly string[];
  readonly max_age?: number | null;
  readonly auth_time?: number;
  readonly auth_code?: string;
  readonly authextra?: { readonly [key: string]: unknown };
  readonly device?: DeviceArgument;
  readonly presented_value?: string;
}

/** The arguments of each procedure, as the schema lets them through, with its defaults. */
export interface ProcedureArguments {
  readonly login: LoginArguments;
  readonly get_user: KeyArguments &
    RealmArgument & {
      readonly scope?: string | readonly string[];
      readonly max_auth_age?: number;
      readonly auth_code?: string;
      readonly touch: boolean;
      readonly device?: DeviceArgument;
    };
  readonly update: KeyArguments &
    RealmArgument & { readonly scope?: string | readonly string[]; readonly max_age?: number | null };
  readonly rotate: KeyArguments &
    RealmArgument & { readonly new_authrole?: string; readonly new_authrealm?: string };
  readonly logout: KeyArguments & RealmArgument;
  readonly list: PageArguments & RealmArgument & { readonly authid?: string };
  readonly logout_user: RealmArgument & { readonly authid: string; readonly except_oid?: string };
  readonly delete_all: RealmArgument & { readonly except_oid?: string };
  readonly purge: object;
  readonly stats: object;
  readonly my_sessions: PageArguments;
  readonly logout_mine: { readonly oid: string } | { readonly others: true };
}

/** schema/procedures.schema.json, the same distance from src/procedures and from dist/procedures. */
const SCHEMA = new URL("../../schema/procedures.schema.json", import.meta.url);

let definitions: ReturnType<typeof openDefinitions> | undefined;

/**
 * The arguments of a call.
 *
 * @throws a `ProcedureError` with the first wrong argument as `field`, and all of them in the text; never with what
 *   was found there, which may be a secret
 */
export function parseArguments<Name extends ProcedureName>(
  name: Name,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): ProcedureArguments[Name] {
  if (args.length > 0) throw invalidArgument("expected keyword arguments only");
  definitions ??= openDefinitions(SCHEMA);
  const check: SchemaCheck<ProcedureArguments[Name]> = definitions(`${name}.arguments`);
  // The schema's defaults are filled in, in place: not into what the router's message holds.
  const result = check({ ...kwargs });
  if ("problems" in result) {
    const texts = result.problems.map(({ path, message }) =>
      path === "" ? message : `${toLogText(path)}: ${message}`,
    );
    throw invalidArgument(texts.join("; "), toLogText(result.problems[0]?.path) || undefined);
  }
  return result.value;
}
