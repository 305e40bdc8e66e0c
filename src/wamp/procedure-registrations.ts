// Several procedures registered for as long as one session lives.

import type { Endpoint } from "./autobahn-types.js";
import { createBackoff } from "./backoff.js";
import { type KeptRegistration, keepRegistered, type RegistrationOptions } from "./registration.js";

export interface ProceduresOptions
  extends Pick<RegistrationOptions, "session" | "invoke" | "left" | "log" | "title"> {
  /** By their URIs. */
  readonly procedures: Readonly<Record<string, Endpoint>>;
  /** Shortest and longest pause between tries, in milliseconds. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

export interface KeptProcedures {
  /** Whether the router can call all of them. */
  readonly registered: boolean;
  /** Takes all of them back. Bounded in time. */
  unregister(): Promise<void>;
}

/** Registers all of them, each on its own: one that is refused keeps no other waiting. */
export function keepProcedures(options: ProceduresOptions): KeptProcedures {
  const { session, invoke, left, log, title } = options;
  const kept: KeptRegistration[] = Object.entries(options.procedures).map(([procedure, endpoint]) => {
    const backoff = createBackoff({ minMs: options.retryMinMs, maxMs: options.retryMaxMs });
    return keepRegistered({
      session,
      procedure,
      invoke,
      endpoint,
      backoff,
      left,
      log,
      ...(title === undefined ? {} : { title }),
    });
  });
  return {
    get registered() {
      return kept.every(({ registered }) => registered);
    },
    async unregister() {
      await Promise.all(kept.map((registration) => registration.unregister()));
    },
  };
}
