// What is in a database, for people: records by state, realm, role and method, by age and by time to expiry.

import { setImmediate as nextTurn } from "node:timers/promises";
import { isDamage } from "../errors.js";
import { findExpiryNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieUse } from "../store/cookie-reader.js";
import { NS_PER_SECOND } from "./seconds.js";
import { readNowNs, type SessionContext } from "./session-context.js";
import { findState, SESSION_STATES, type SessionState } from "./session-state.js";

/** Records looked at before others get their turn. */
const PAGE = 500;
/** So many realms, roles and methods are told apart: clients may have named them, and memory has an end. */
const NAMES_MAX = 1000;
const HOUR = 3600;
const DAY = 24 * HOUR;
/** Upper ends of the histograms' bars, in seconds; the last bar has none. */
const BAR_ENDS = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY] as const;

/** Bars in order. */
export type Histogram = readonly { readonly underSeconds: number | null; readonly count: number }[];

export interface StoreSurvey {
  readonly records: number;
  readonly states: { readonly [state in SessionState]: number };
  /** Of valid records; `others` counts what is beyond 1000 names. */
  readonly byRealm: NamedCounts;
  readonly byRole: NamedCounts;
  readonly byAuthmethod: NamedCounts;
  /** Time since they were made, of all that can be read. */
  readonly age: Histogram;
  /** Time until they expire, of valid records that do. */
  readonly expiry: Histogram;
  readonly neverExpire: number;
  /** How far this machine's clock is behind the highest time that the database has seen. */
  readonly clockBehindSeconds: number;
}

export interface NamedCounts {
  /** The most frequent first. */
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  readonly others: number;
}

export interface SurveyOptions {
  readonly limits: LifetimeLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onRecords?: (done: number) => void;
}

/** Reads all records, each page of its own snapshot. @returns `undefined` if it was aborted */
export async function surveyStore(
  context: Pick<SessionContext, "reader" | "clock">,
  { limits, signal, onRecords }: SurveyOptions,
): Promise<StoreSurvey | undefined> {
  const tally = new Tally(limits);
  let after: string | undefined;
  do {
    const page = await context.reader.list({ limit: PAGE, after, withUse: true });
    const nowNs = await readNowNs(context);
    for (const cookie of page.cookies) tally.add(cookie, page.uses.get(cookie.oid), nowNs);
    tally.states.damaged += page.damaged.length;
    onRecords?.(tally.records);
    after = page.next;
    await nextTurn();
    if (signal?.aborted === true) return undefined;
  } while (after !== undefined);
  return {
    records: tally.records,
    states: tally.states,
    byRealm: tally.byRealm.list(),
    byRole: tally.byRole.list(),
    byAuthmethod: tally.byAuthmethod.list(),
    age: tally.age.bars(),
    expiry: tally.expiry.bars(),
    neverExpire: tally.neverExpire,
    clockBehindSeconds: Number(context.clock.behindNs / NS_PER_SECOND),
  };
}

class Tally {
  readonly states = Object.fromEntries(SESSION_STATES.map((state) => [state, 0])) as Record<
    SessionState,
    number
  >;
  readonly byRealm = new NameTally();
  readonly byRole = new NameTally();
  readonly byAuthmethod = new NameTally();
  readonly age = new BarTally();
  readonly expiry = new BarTally();
  neverExpire = 0;
  readonly #limits: LifetimeLimits;

  constructor(limits: LifetimeLimits) {
    this.#limits = limits;
  }

  get records(): number {
    return Object.values(this.states).reduce((sum, count) => sum + count, 0);
  }

  add(cookie: Cookie, use: CookieUse | undefined, nowNs: bigint): void {
    const state = this.#judge(cookie, use, nowNs);
    this.states[state] += 1;
    if (state === "damaged") return;
    this.age.add(nowNs - cookie.createdNs);
    if (state !== "valid") return;
    this.byRealm.add(cookie.authrealm);
    this.byRole.add(cookie.authrole);
    this.byAuthmethod.add(cookie.authmethod);
    const expiryNs = findExpiryNs(cookie, this.#limits);
    if (expiryNs === undefined) this.neverExpire += 1;
    else this.expiry.add(expiryNs - nowNs);
  }

  /** With all that is counted beside the state. */
  #judge(cookie: Cookie, use: CookieUse | undefined, nowNs: bigint): SessionState {
    try {
      void [cookie.authrealm, cookie.authrole, cookie.authmethod, cookie.maxAgeSeconds];
      return findState(cookie, use, this.#limits, nowNs);
    } catch (error) {
      if (isDamage(error)) return "damaged";
      throw error;
    }
  }
}

class NameTally {
  readonly #counts = new Map<string, number>();
  #others = 0;

  add(name = ""): void {
    const count = this.#counts.get(name);
    if (count === undefined && this.#counts.size >= NAMES_MAX) this.#others += 1;
    else this.#counts.set(name, (count ?? 0) + 1);
  }

  list(): NamedCounts {
    const counts = [...this.#counts].map(([name, count]) => ({ name, count }));
    return { counts: counts.sort((a, b) => b.count - a.count), others: this.#others };
  }
}

class BarTally {
  readonly #counts = Array.from({ length: BAR_ENDS.length + 1 }, () => 0);

  add(ns: bigint): void {
    const at = BAR_ENDS.findIndex((seconds) => ns < BigInt(seconds) * NS_PER_SECOND);
    const bar = at === -1 ? BAR_ENDS.length : at;
    this.#counts[bar] = (this.#counts[bar] ?? 0) + 1;
  }

  bars(): Histogram {
    return this.#counts.map((count, at) => ({ underSeconds: BAR_ENDS[at] ?? null, count }));
  }
}
