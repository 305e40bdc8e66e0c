// A steady load of look-ups, logins and logouts on stores, with an account of every one: for tests of faults.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf } from "../../src/errors.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { Ledger, type LedgerEntry } from "./valkey-ledger.js";
import { waitFor } from "./wait-for.js";

export type Operation = "look-up" | "login" | "logout";

/** What became of one kind of operation. */
export interface Tally {
  done: number;
  /** How often each error code came; `other` is whatever isn't ours. */
  readonly failed: Record<string, number>;
  /** The slowest call, in ms, whatever its end. */
  slowestMs: number;
  /** The longest time in which some store answered none of them, in ms: what its clients see of a fault. */
  longestGapMs: number;
}

export interface LoadReport {
  readonly tallies: Readonly<Record<Operation, Tally>>;
  /** Answers "not there", to a look-up or a logout, about a cookie whose login was acknowledged before. */
  readonly denials: Untruth;
  /** Look-ups that still found a cookie after its logout was acknowledged. */
  readonly stale: Untruth;
}

/** Answers against what was acknowledged before. */
export interface Untruth {
  count: number;
  /** The latest of them, in ms after the acknowledgement. */
  latestMs: number;
}

export interface Load {
  readonly ledger: Ledger;
  /** Resolves when each store has done some of these operations, by default of each, begun after this call. */
  goesOn(operations?: readonly Operation[]): Promise<void>;
  /** Resolves when each store has moved to this server. */
  movesTo(server: { readonly host: string; readonly port: number }): Promise<void>;
  /** Resolves when each store has failed in this operation, ended after this call. */
  fails(operation: Operation): Promise<void>;
  /** Lets what is under way end. */
  stop(): Promise<LoadReport>;
}

const LIVING = 40;
/** Of each store. */
const WORKERS: readonly (readonly [Operation, number])[] = [
  ["look-up", 6],
  ["login", 2],
  ["logout", 1],
];
const PAUSE_MS = 4;
const ENOUGH = 20;
const GOES_ON_MS = 30_000;

/** Begins when some cookies are stored. */
export async function startLoad(stores: readonly CookieStore[]): Promise<Load> {
  const ledger = new Ledger();
  const tallies = { "look-up": tally(), login: tally(), logout: tally() };
  const denials: Untruth = { count: 0, latestMs: 0 };
  const stale: Untruth = { count: 0, latestMs: 0 };
  const note = (untruth: Untruth, ms: number): void => {
    untruth.count += 1;
    untruth.latestMs = Math.max(untruth.latestMs, ms);
  };
  /** Successes by store and operation: when the last one was, and how many began since `goesOn` looked. */
  const seen = new Map(
    stores.map((store) => [store, { "look-up": progress(), login: progress(), logout: progress() } as const]),
  );
  let isOver = false;

  const lookUp = async (store: CookieStore): Promise<void> => {
    const entry = pick(ledger, Math.random() < 0.8 ? "living" : "gone");
    if (entry === undefined) return;
    const { state, atMs } = entry;
    const beganMs = performance.now();
    const found = await store.reader.findByValue(entry.value);
    // What began to change meanwhile may be answered either way.
    if (entry.state !== state || entry.atMs !== atMs) return;
    if (state === "living" && found?.oid !== entry.oid) note(denials, beganMs - atMs);
    if (state === "gone" && found !== undefined) note(stale, beganMs - atMs);
  };
  const logIn = async (store: CookieStore): Promise<void> => {
    const entry: LedgerEntry = { oid: randomUUID(), value: randomUUID(), state: "unsure", atMs: 0 };
    ledger.entries.push(entry);
    await store.writer.write((transaction) => {
      transaction.put({
        oid: entry.oid,
        value: transaction.toStoredValue(entry.value),
        createdNs: BigInt(Date.now()) * 1_000_000n,
        maxAgeSeconds: 86_400,
        name: "cbtid",
        authid: `user-${entry.oid.slice(0, 1)}`,
        authrole: "user",
        authrealm: "realm1",
      });
    });
    entry.atMs = performance.now();
    entry.state = "living";
  };
  const logOut = async (store: CookieStore): Promise<void> => {
    const living = ledger.in("living");
    const entry = living.length > LIVING ? living[Math.floor(Math.random() * living.length)] : undefined;
    if (entry === undefined) return;
    entry.state = "leaving";
    const beganMs = performance.now();
    try {
      const wasThere = await store.writer.write((transaction) => transaction.delete(entry.oid));
      if (!wasThere) note(denials, beganMs - entry.atMs);
      entry.atMs = performance.now();
      // Who is told "there is none" has logged nobody out.
      entry.state = wasThere ? "gone" : "unsure";
    } catch (error) {
      entry.state = "unsure";
      throw error;
    }
  };
  const once = { "look-up": lookUp, login: logIn, logout: logOut };

  const work = async (store: CookieStore, operation: Operation): Promise<void> => {
    const count = tallies[operation];
    const own = seen.get(store)?.[operation] ?? progress();
    while (!isOver) {
      const beganMs = performance.now();
      const round = own.round;
      try {
        await once[operation](store);
        const nowMs = performance.now();
        count.done += 1;
        count.longestGapMs = Math.max(count.longestGapMs, nowMs - own.lastMs);
        own.lastMs = nowMs;
        if (round === own.round) own.since += 1;
      } catch (error) {
        own.failures += 1;
        const code = errorCodeOf(error) ?? "other";
        count.failed[code] = (count.failed[code] ?? 0) + 1;
      }
      count.slowestMs = Math.max(count.slowestMs, performance.now() - beganMs);
      await delay(PAUSE_MS);
    }
  };

  // A replica that has just been linked may not confirm yet.
  await waitFor("cookies to begin with", async () => {
    await Promise.allSettled(stores.map(logIn));
    return ledger.in("living").length >= LIVING * stores.length;
  });
  for (const own of seen.values())
    for (const [operation] of WORKERS) own[operation].lastMs = performance.now();
  const workers = stores.flatMap((store) =>
    WORKERS.flatMap(([operation, count]) => Array.from({ length: count }, () => work(store, operation))),
  );
  return {
    ledger,
    async goesOn(operations = ["look-up", "login", "logout"]) {
      const all = [...seen.values()].flatMap((own) => operations.map((operation) => own[operation]));
      for (const own of all) {
        own.round += 1;
        own.since = 0;
      }
      const what = `a load that goes on: ${operations.join(", ")}`;
      await waitFor(what, () => all.every(({ since }) => since >= ENOUGH), GOES_ON_MS);
    },
    async movesTo({ host, port }) {
      const isThere = async ({ reader }: CookieStore): Promise<boolean> => {
        const { address } = await reader.info();
        return address === `${host}:${port}`;
      };
      await waitFor("stores at the new primary", async () => {
        const answers = await Promise.all(stores.map((store) => isThere(store).catch(() => false)));
        return answers.every(Boolean);
      });
    },
    async fails(operation) {
      const before = [...seen.values()].map((own) => [own[operation], own[operation].failures] as const);
      const what = `a ${operation} that fails`;
      await waitFor(what, () => before.every(([own, count]) => own.failures > count), GOES_ON_MS);
    },
    async stop() {
      isOver = true;
      await Promise.all(workers);
      return { tallies, denials, stale };
    },
  };
}

function tally(): Tally {
  return { done: 0, failed: {}, slowestMs: 0, longestGapMs: 0 };
}

interface Progress {
  lastMs: number;
  round: number;
  since: number;
  failures: number;
}

function progress(): Progress {
  return { lastMs: performance.now(), round: 0, since: 0, failures: 0 };
}

/** One of the latest entries in this state: what a fault may lose is looked at most. */
function pick(ledger: Ledger, state: "living" | "gone"): LedgerEntry | undefined {
  const { entries } = ledger;
  const from = Math.max(0, entries.length - 300);
  const recent = entries.slice(from).filter((entry) => entry.state === state);
  return recent[Math.floor(Math.random() * recent.length)];
}
