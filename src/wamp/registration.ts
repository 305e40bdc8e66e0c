// Keeps one procedure registered for as long as one session lives.

import { setTimeout as delay } from "node:timers/promises";
import type { InvokePolicy } from "../config/config.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import type { Endpoint, Registration, Session } from "./autobahn-types.js";
import type { Backoff } from "./backoff.js";
import { toWampReason } from "./wamp-reason.js";

export interface RegistrationOptions {
  readonly session: Session;
  readonly procedure: string;
  readonly invoke: InvokePolicy;
  readonly endpoint: Endpoint;
  /** Pauses between the tries; reset by each success. */
  readonly backoff: Backoff;
  /** Aborted when the session has ended. */
  readonly left: AbortSignal;
  readonly log: Log;
  /** What the procedure is, for the log; the authenticator by default. */
  readonly title?: string;
}

export interface KeptRegistration {
  readonly registered: boolean;
  /** Takes the procedure back; resolves when the router has said so, or after `UNREGISTER_TIMEOUT_MS`. */
  unregister(): Promise<void>;
}

/** How long a router may take to answer UNREGISTER, in milliseconds. */
const UNREGISTER_TIMEOUT_MS = 2000;

/** Registers at once, and again whenever the router refuses or revokes it. */
export function keepRegistered(options: RegistrationOptions): KeptRegistration {
  const { session, procedure, log, backoff } = options;
  const giveUp = new AbortController();
  const over = AbortSignal.any([options.left, giveUp.signal]);
  // autobahn never settles what it waits for when the link is lost, so every wait is for the end as well.
  const ended = new Promise<undefined>((resolve) => {
    over.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  let current: Registration | undefined;

  const register = async (): Promise<void> => {
    try {
      current = await Promise.race([
        session.register(procedure, options.endpoint, { invoke: options.invoke }),
        ended,
      ]);
    } catch (refusal) {
      const nextTryMs = backoff.next();
      log.error(
        { procedure, ...toWampReason(refusal), nextTryMs, hint: toHint(toWampReason(refusal).uri) },
        "the router refuses the registration",
      );
      await delay(nextTryMs, undefined, { signal: over }).catch(() => {});
    }
  };

  const run = async (): Promise<void> => {
    while (!over.aborted) {
      await register();
      if (current === undefined) continue;
      backoff.reset();
      log.info(
        { procedure, invoke: options.invoke, registration: current.id },
        `registered ${options.title ?? "the authenticator"}`,
      );
      const reason = await Promise.race([current.on_unregister, ended]);
      if (over.aborted) break;
      current = undefined;
      log.warn({ procedure, reason: toLogText(reason) }, "the router revoked the registration");
    }
  };
  void run();

  return {
    get registered() {
      return current?.active === true && !over.aborted;
    },
    async unregister() {
      const registration = current;
      giveUp.abort();
      if (registration?.active !== true || options.left.aborted) return;
      try {
        await Promise.race([
          session.unregister(registration),
          delay(UNREGISTER_TIMEOUT_MS, undefined, { signal: options.left, ref: false }),
        ]);
      } catch (refusal) {
        log.debug({ procedure, ...toWampReason(refusal) }, "the router didn't take the registration back");
      }
    },
  };
}

function toHint(uri: string): string | undefined {
  switch (uri) {
    case "wamp.error.not_authorized":
      return "Give the role of this login `register` permission on the procedure, in the router's realm.";
    case "wamp.error.procedure_already_exists":
    case "wamp.error.procedure_exists_invocation_policy_conflict":
      return "Another session has registered the procedure: give all instances the same `invoke`, not `single`.";
    default:
      return undefined;
  }
}
