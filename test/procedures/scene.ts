// The session procedures on a store in memory, with everything they tell: answers, log lines, events.

import { openDefinitions } from "../../src/json-schema/compile-schema.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { createLog } from "../../src/log/logger.js";
import type { Caller } from "../../src/procedures/caller.js";
import { type EventMessage, toEventMessage } from "../../src/procedures/event-message.js";
import { ProcedureError } from "../../src/procedures/procedure-error.js";
import { PROCEDURE_NAMES, type ProcedureName } from "../../src/procedures/procedure-names.js";
import type { ProcedureRules } from "../../src/procedures/procedure-rules.js";
import { createSessionProcedures } from "../../src/procedures/session-procedures.js";
import { CookieSessions } from "../../src/session/cookie-sessions.js";
import type { SessionPolicy } from "../../src/session/session-policy.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";

export const PREFIX = "com.example.session.";
export const START_SECONDS = 1_700_000_000;

/** An answer as a client sees it. */
export type Answer = Readonly<Record<string, unknown>>;
export type Kwargs = Readonly<Record<string, unknown>>;

/** A caller with all rights in realm1; `changes` as `undefined` are what the router doesn't disclose. */
export function callerOf(changes: Partial<Caller> = {}): Caller {
  return { router: "r", realm: "realm1", session: 1, authid: "back", authrole: "backend", ...changes };
}

export const JOE = callerOf({ authid: "joe", authrole: "user", session: 7 });

export interface Scene {
  readonly store: CookieStore;
  readonly lines: string[];
  readonly events: EventMessage[];
  /** Connections of the view: WAMP session id to the oid that it joined with. */
  readonly connections: Map<number, string | undefined>;
  /** Sets the wall clock ahead. */
  pass(seconds: number): void;
  /** Calls a procedure, checks the answer against the schema, and gives it. */
  call(name: ProcedureName, kwargs?: Kwargs, caller?: Caller): Promise<Answer>;
  /** The same for an answer that may be null. */
  ask(name: ProcedureName, kwargs?: Kwargs, caller?: Caller): Promise<Answer | null>;
  /** The error of a call that must be refused. */
  refusal(name: ProcedureName, kwargs?: Kwargs, caller?: Caller, args?: unknown[]): Promise<ProcedureError>;
  login(
    changes?: Kwargs,
    caller?: Caller,
  ): Promise<Answer & { readonly oid: string; readonly value: string }>;
}

const definitions = openDefinitions(new URL("../../schema/procedures.schema.json", import.meta.url));

export function createScene(
  options: { readonly rules?: Partial<ProcedureRules>; readonly policy?: Partial<SessionPolicy> } = {},
): Scene {
  const store = createMemoryStore();
  const lines: string[] = [];
  const events: EventMessage[] = [];
  const connections = new Map<number, string | undefined>();
  let seconds = START_SECONDS;
  const clock = createSteadyClock(() => BigInt(seconds) * 1_000_000_000n);
  const sessions = new CookieSessions({
    store,
    policy: options.policy,
    clock,
    onChange: (event) => events.push(toEventMessage(event, PREFIX)),
  });
  const { handlers } = createSessionProcedures({
    sessions,
    live: {
      findConnection: ({ session = 0 }) =>
        connections.has(session) ? { oid: connections.get(session) } : undefined,
      isConnected: ({ oid }) => [...connections.values()].includes(oid),
    },
    rules: {
      prefix: PREFIX,
      roles: new Map<string, readonly ProcedureName[]>([
        ["backend", PROCEDURE_NAMES],
        ["user", ["my_sessions", "logout_mine"]],
      ]),
      everyRealm: ["operations"],
      ...options.rules,
    },
    log: createLog({ level: "trace" }, { write: (line: string) => void lines.push(line) }),
    repeatLimit: { limit: 20, windowMs: 10_000 },
    nowMs: () => seconds * 1000,
  });

  const ask: Scene["ask"] = async (name, kwargs = {}, caller = callerOf()) => {
    const answer = await handlers.get(name)?.(kwargs, [], caller);
    const result = definitions(`${name}.result`)(structuredClone(answer));
    if ("problems" in result) throw new Error(`${name}: ${JSON.stringify(result.problems)}`);
    // What any serializer makes of it is what it was: nothing undefined, no class, no big integer.
    if (JSON.stringify(answer) !== JSON.stringify(structuredClone(answer)) || hasUndefined(answer)) {
      throw new Error(`${name} answers with what can't be sent`);
    }
    return answer ?? null;
  };
  const call: Scene["call"] = async (name, kwargs, caller) => {
    const answer = await ask(name, kwargs, caller);
    if (answer === null) throw new Error(`${name} answers null`);
    return answer;
  };

  return {
    store,
    lines,
    events,
    connections,
    pass: (more) => {
      seconds += more;
    },
    ask,
    call,
    async refusal(name, kwargs = {}, caller = callerOf(), args = []) {
      try {
        await handlers.get(name)?.(kwargs, args, caller);
      } catch (error) {
        if (error instanceof ProcedureError) return error;
        throw error;
      }
      throw new Error(`${name} was not refused`);
    },
    login: async (changes, caller) =>
      (await call("login", { authid: "joe", authrole: "user", ...changes }, caller)) as Answer & {
        readonly oid: string;
        readonly value: string;
      },
  };
}

function hasUndefined(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUndefined);
}
