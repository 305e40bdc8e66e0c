// All of the sessions that hangs on the configuration, made anew with it: a call takes one, and never sees half a change.

import type { SessionsConfig } from "../config/config.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { LiveSessionsOptions } from "../live/live-sessions.js";
import type { Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import type { LiveLookup } from "../procedures/live-lookup.js";
import { PROCEDURE_NAMES, type ProcedureName } from "../procedures/procedure-names.js";
import type { ProcedureObserver } from "../procedures/procedure-observer.js";
import {
  createSessionProcedures,
  type ProcedureHandler,
  type SessionProcedures,
} from "../procedures/session-procedures.js";
import { CookieSessions } from "../session/cookie-sessions.js";
import type { SessionEvent } from "../session/session.js";
import type { CookieStore } from "../store/cookie-store.js";

export interface SessionGenerationOptions {
  readonly config: SessionsConfig;
  readonly repeatLimit: RepeatLimit;
  readonly store: CookieStore;
  readonly clock: SteadyClock;
  readonly live: LiveLookup;
  readonly log: Log;
  readonly onChange: (event: SessionEvent) => void;
  readonly observer?: ProcedureObserver | undefined;
}

export interface SessionGeneration {
  readonly config: SessionsConfig;
  readonly sessions: CookieSessions;
  readonly procedures: SessionProcedures;
}

export function createSessionGeneration(options: SessionGenerationOptions): SessionGeneration {
  const { config, store, clock, live, log, repeatLimit, onChange, observer } = options;
  const sessions = new CookieSessions({ store, policy: config.policy, clock, onChange });
  const procedures = createSessionProcedures({ sessions, live, rules: config, log, repeatLimit, observer });
  return { config, sessions, procedures };
}

/** The handlers that are registered once: each call goes to those of the generation that is there when it begins. */
export function toLastingHandlers(
  current: () => SessionGeneration,
): ReadonlyMap<ProcedureName, ProcedureHandler> {
  return new Map(
    PROCEDURE_NAMES.map((name): [ProcedureName, ProcedureHandler] => [
      name,
      async (kwargs, args, caller) => {
        const handler = current().procedures.handlers.get(name);
        if (handler === undefined) throw new Error(`no handler for ${name}`);
        return handler(kwargs, args, caller);
      },
    ]),
  );
}

const NS_PER_MS = 1_000_000n;

/** How live connections are judged, and how often the database is looked at. */
export function toLiveOptions(
  config: SessionsConfig,
): Pick<LiveSessionsOptions, "rules" | "checkIntervalMs"> {
  const { policy, liveIsUse, leaveTimeoutMs, checkIntervalMs } = config;
  return {
    rules: {
      maxLifetimeSeconds: policy.maxLifetimeSeconds,
      idleSeconds: policy.idleSeconds,
      liveIsUse,
      leaveTimeoutNs: BigInt(leaveTimeoutMs) * NS_PER_MS,
    },
    checkIntervalMs,
  };
}
