// Follows who is joined to a realm, by WAMP's session meta API, for as long as our own session lives.

import { setTimeout as delay } from "node:timers/promises";
import type { LiveRealm } from "../live/live-realm.js";
import type { LiveSession } from "../live/live-session.js";
import type { Log } from "../log/logger.js";
import type { EventHandler, Session } from "./autobahn-types.js";
import type { Backoff } from "./backoff.js";
import { boundedCall } from "./bounded-call.js";
import { toWampReason } from "./wamp-reason.js";

export interface SessionWatchOptions {
  readonly session: Session;
  /** Aborted when the session has ended. */
  readonly left: AbortSignal;
  /** Is told of everything. */
  readonly realm: LiveRealm;
  /** Pauses after a refusal. */
  readonly backoff: Backoff;
  readonly log: Log;
  /** How often the router's list is read again, in milliseconds; for tests. */
  readonly listEveryMs?: number;
}

export interface SessionWatch {
  /** Whether all that is joined is known, as far as the router tells. */
  readonly watching: boolean;
}

/** Events should be all it takes. Should one be lost, the list mends it. */
const LIST_EVERY_MS = 60_000;

const GETS_AT_ONCE = 20;

const HINT =
  "Give the role of this login, in this realm, `subscribe` on wamp.session.on_join and wamp.session.on_leave, and `call` on wamp.session.list, wamp.session.get and wamp.session.kill.";

/** What events said while a list was being read: they are younger than it. */
interface Meanwhile {
  readonly joined: Set<number>;
  readonly left: Set<number>;
}

/**
 * Begins to watch: first the events, then the list, so that nobody joins between the two. Tries again, with pauses,
 * whenever the router refuses. The details that routers send hold Cookie headers: they are never logged.
 */
export function watchSessions(options: SessionWatchOptions): SessionWatch {
  const { session, left, realm, backoff, log } = options;
  const listEveryMs = options.listEveryMs ?? LIST_EVERY_MS;
  const subscribed = new Set<string>();
  let meanwhile: Meanwhile | undefined;
  let isWatching = false;

  const onJoin: EventHandler = ([details]) => {
    const joined = realm.parse(details);
    if (joined === undefined || left.aborted) return;
    meanwhile?.joined.add(joined.session);
    realm.joined(joined);
  };
  const onLeave: EventHandler = ([id]) => {
    if (typeof id !== "number" || left.aborted) return;
    meanwhile?.left.add(id);
    realm.left(id);
  };

  const subscribe = async (topic: string, handler: EventHandler): Promise<void> => {
    if (subscribed.has(topic)) return;
    await boundedCall(() => session.subscribe(topic, handler), { left });
    subscribed.add(topic);
  };

  const get = async (id: number): Promise<LiveSession | undefined> => {
    try {
      return realm.parse(await boundedCall(() => session.call("wamp.session.get", [id]), { left }));
    } catch (refusal) {
      if (toWampReason(refusal).uri === "wamp.error.no_such_session") return undefined;
      throw refusal;
    }
  };

  const list = async (): Promise<void> => {
    const events: Meanwhile = { joined: new Set(), left: new Set() };
    meanwhile = events;
    try {
      const ids = parseIds(await boundedCall(() => session.call("wamp.session.list"), { left }));
      // The first list after a join is read as if we knew nothing; later ones cost only what is new.
      const wanted = isWatching ? ids.filter((id) => !realm.isKnown(id)) : ids;
      const found = await mapBounded(wanted, GETS_AT_ONCE, get);
      const present = new Set([...ids, ...events.joined]);
      for (const id of events.left) present.delete(id);
      if (!left.aborted) realm.listed(present, found.filter(isPresent));
    } finally {
      meanwhile = undefined;
    }
  };

  const run = async (): Promise<void> => {
    while (!left.aborted) {
      let pauseMs = listEveryMs;
      try {
        await subscribe("wamp.session.on_join", onJoin);
        await subscribe("wamp.session.on_leave", onLeave);
        await list();
        if (!isWatching) log.info("watching the sessions of the realm");
        isWatching = true;
        backoff.reset();
      } catch (refusal) {
        if (left.aborted) return;
        pauseMs = backoff.next();
        const reason = toWampReason(refusal);
        const hint = reason.uri === "wamp.error.not_authorized" ? HINT : undefined;
        log.error({ ...reason, nextTryMs: pauseMs, hint }, "the router doesn't tell who is joined");
      }
      await delay(pauseMs, undefined, { signal: left }).catch(() => {});
    }
  };
  void run();

  return {
    get watching() {
      return isWatching && !left.aborted;
    },
  };
}

function parseIds(list: unknown): number[] {
  return Array.isArray(list) ? list.filter((id) => Number.isSafeInteger(id)) : [];
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** Maps all items, a few at a time. Rejects with the first rejection, after which no more begin. */
async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.values();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const item of rest) {
      if (hasFailed) return;
      results.push(await map(item));
    }
  };
  const fail = (fault: unknown): never => {
    hasFailed = true;
    throw fault;
  };
  await Promise.all(Array.from({ length: limit }, () => work().catch(fail)));
  return results;
}
