// Clients that join at a steady rate, whatever becomes of those before, and what each of them met.

import { type JoinOutcome, joinAs } from "./wamp-client.js";

export interface JoinLoadOptions {
  /** Asked in turn. */
  readonly urls: readonly string[];
  readonly realm: string;
  /** A cookie value that is valid all the time. */
  readonly ticket: string;
  /** Pause between two clients. */
  readonly everyMs: number;
  /** After this time a client gives a try up. */
  readonly timeoutMs: number;
  /** How often a client tries again at once, after a fault or in vain. */
  readonly retries: number;
}

/** `denied`: told that the cookie is no good. `fault`: told that it couldn't be found out. `hung`: told nothing. */
export type JoinKind = "welcome" | "denied" | "fault" | "hung";

/** One client. Times by `performance.now()`. */
export interface Join {
  readonly url: string;
  readonly beganMs: number;
  /** Each of its tries: all but the last have failed. */
  readonly tries: readonly JoinTry[];
  readonly isThrough: boolean;
}

export interface JoinTry {
  readonly kind: JoinKind;
  /** URI of ABORT or the like; empty for a welcome. */
  readonly reason: string;
  readonly ms: number;
}

export interface JoinLoad {
  /** In the order in which they began, those under way included. */
  readonly joins: readonly Join[];
  /** Whether this many clients in a row, begun after a time, got in at their first try; the last second doesn't count. */
  isSmooth(count: number, sinceMs: number): boolean;
  /** Lets no more begin, and waits for those under way. */
  stop(): Promise<readonly Join[]>;
}

/** What clients get for a cookie that is no good; by no other URI does the authenticator, or Crossbar, deny one. */
const DENIALS = ["wamp.error.authentication_failed", "wamp.error.not_authorized"];

/** A client that began so lately may be under way though all is well. */
const RECENT_MS = 1000;

export function kindOf(outcome: JoinOutcome): JoinKind {
  if (outcome.kind === "welcome") return "welcome";
  if (DENIALS.includes(outcome.reason)) return "denied";
  return outcome.reason === "join-timeout" ? "hung" : "fault";
}

export function startJoinLoad(options: JoinLoadOptions): JoinLoad {
  const { urls, realm, ticket, timeoutMs } = options;
  const joins: Join[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;

  const join = async (url: string): Promise<void> => {
    const tries: JoinTry[] = [];
    const client = { url, beganMs: performance.now(), tries, isThrough: false };
    joins.push(client);
    for (let left = options.retries; left >= 0; left--) {
      const began = performance.now();
      const outcome = await joinAs({ url, realm, ticket, timeoutMs });
      const ms = performance.now() - began;
      const kind = kindOf(outcome);
      tries.push({ kind, reason: outcome.kind === "welcome" ? "" : outcome.reason, ms });
      if (outcome.kind === "welcome") await outcome.close();
      // Who is denied doesn't come back: that a valid cookie is denied may not be hidden by a second try.
      if (kind === "welcome" || kind === "denied") break;
    }
    client.isThrough = true;
  };
  const timer = setInterval(() => {
    const joining = join(urls[count++ % urls.length] ?? "").finally(() => underWay.delete(joining));
    underWay.add(joining);
  }, options.everyMs);

  return {
    joins,
    isSmooth(wanted, sinceMs) {
      const old = performance.now() - RECENT_MS;
      const last = joins.filter(({ beganMs }) => beganMs > sinceMs && beganMs < old).slice(-wanted);
      return (
        last.length === wanted &&
        last.every(({ isThrough, tries }) => isThrough && tries.length === 1 && tries[0]?.kind === "welcome")
      );
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return joins;
    },
  };
}

/** What a table says of a load: clients by the kind of their first and last try, and how long it was disturbed. */
export interface JoinSummary {
  readonly clients: number;
  readonly firstTry: Readonly<Record<JoinKind, number>>;
  readonly lastTry: Readonly<Record<JoinKind, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  /** From `sinceMs` until the last failed try ended; 0 without one. */
  readonly disturbedMs: number;
  /** The longest that a client needed, all its tries together. */
  readonly longestMs: number;
}

export function summarizeJoins(joins: readonly Join[], sinceMs: number): JoinSummary {
  const firstTry = { welcome: 0, denied: 0, fault: 0, hung: 0 };
  const lastTry = { welcome: 0, denied: 0, fault: 0, hung: 0 };
  const reasons: Record<string, number> = {};
  let lastFailureMs = sinceMs;
  let longestMs = 0;
  for (const { beganMs, tries } of joins) {
    const first = tries[0];
    const last = tries.at(-1);
    if (first === undefined || last === undefined) continue;
    firstTry[first.kind] += 1;
    lastTry[last.kind] += 1;
    let endMs = beganMs;
    for (const { kind, reason, ms } of tries) {
      endMs += ms;
      if (kind === "welcome") continue;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      lastFailureMs = Math.max(lastFailureMs, endMs);
    }
    longestMs = Math.max(longestMs, endMs - beganMs);
  }
  const disturbedMs = lastFailureMs - sinceMs;
  return { clients: joins.length, firstTry, lastTry, reasons, disturbedMs, longestMs };
}
