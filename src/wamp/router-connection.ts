// Keeps one router joined for ever: try, stay, pause, try again.

import { setTimeout as delay } from "node:timers/promises";
import type { RouterConfig } from "../config/config.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import { createBackoff } from "./backoff.js";
import { findEndingHint } from "./ending-hint.js";
import { type Ending, type JoinAttempt, type Joined, type JoinOptions, joinRouter } from "./join.js";
import { toSessionLogin } from "./login.js";
import { toSerializers } from "./serializers.js";

/** `waiting`: for the next try. */
export type ConnectionState = "connecting" | "joined" | "waiting" | "stopped";

export interface RouterConnectionOptions {
  readonly router: RouterConfig;
  readonly log: Log;
  /** Called after each join; `left` is aborted when the session has ended. */
  readonly onJoined: (joined: Joined, left: AbortSignal) => void;
  /** Random numbers for the jitter; for tests. */
  readonly random?: () => number;
}

export interface RouterConnection {
  readonly state: ConnectionState;
  /** Times that it was joined since the start; all but the first are reconnects. */
  readonly joins: number;
  /** Begins to join; returns at once. Calling it again does nothing. */
  start(): void;
  /** Says GOODBYE and resolves when the link is closed, after `STOP_TIMEOUT_MS` at the latest. */
  stop(): Promise<void>;
}

/** A session that ends sooner than this, in milliseconds, doesn't count: the pauses go on growing. */
const HELD_MS = 5000;

/** How long a router may take to answer GOODBYE before the link is cut, in milliseconds. */
const STOP_TIMEOUT_MS = 3000;

/**
 * A connection, not yet started. It goes on after every kind of end, a refused login included: the router may just
 * have started without its realm, or someone mends the password there.
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the configured login can't be used.
 */
export function createRouterConnection(options: RouterConnectionOptions): RouterConnection {
  const { router, log } = options;
  const joinOptions: JoinOptions = {
    url: router.url,
    realm: router.realm,
    login: toSessionLogin(router.login),
    serializers: toSerializers(router.serializers),
    tls: router.tls,
    pingIntervalMs: router.pingIntervalMs,
    pingTimeoutMs: router.pingTimeoutMs,
    joinTimeoutMs: router.joinTimeoutMs,
    log,
  };
  const backoff = createBackoff({
    minMs: router.reconnectMinMs,
    maxMs: router.reconnectMaxMs,
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  const stopping = new AbortController();
  let state: ConnectionState = "stopped";
  let joins = 0;
  let attempt: JoinAttempt | undefined;
  let running: Promise<void> | undefined;

  /** One try and all that comes of it. */
  const tryOnce = async (): Promise<Ending> => {
    state = "connecting";
    attempt = joinRouter(joinOptions);
    const joined = await attempt.joined;
    if (joined === undefined || stopping.signal.aborted) return attempt.ended;

    state = "joined";
    joins += 1;
    const joinedAt = performance.now();
    log.info(toJoinedFields(joined), "joined the router");
    const left = new AbortController();
    options.onJoined(joined, left.signal);
    const ending = await attempt.ended;
    left.abort();
    if (performance.now() - joinedAt >= HELD_MS) backoff.reset();
    return ending;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const ending = await tryOnce();
      if (stopping.signal.aborted) break;
      state = "waiting";
      const nextTryMs = backoff.next();
      log.warn({ ...ending, nextTryMs, hint: findEndingHint(ending) }, toMessage(ending));
      await delay(nextTryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    state = "stopped";
  };

  return {
    get state() {
      return state;
    },
    get joins() {
      return joins;
    },
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      attempt?.leave();
      const cutting = setTimeout(() => attempt?.cut(), STOP_TIMEOUT_MS);
      await running;
      clearTimeout(cutting);
    },
  };
}

function toJoinedFields({ session, details }: Joined): Record<string, unknown> {
  return {
    session: session.id,
    realm: toLogText(details.realm),
    authid: toLogText(details.authid),
    authrole: toLogText(details.authrole),
  };
}

function toMessage(ending: Ending): string {
  switch (ending.kind) {
    case "unreachable":
      return "the router can't be reached";
    case "refused":
      return "the router refuses the login";
    case "timeout":
      return "the router doesn't answer the join";
    case "goodbye":
      return "the router ended the session";
    case "lost":
      return "the link to the router is lost";
  }
}
