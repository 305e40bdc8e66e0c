// What one join, one live session and one cookie cost, as the benches `joins` and `stores` have measured it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Found as FailoverFound } from "./failover-rows.js";
import type { Found as JoinsFound } from "./joins-rows.js";
import { benchDirectory } from "./results.js";
import type { Found as StoresFound } from "./stores-rows.js";

/** CPU time in µs. */
export interface Costs {
  /** Router worker and authenticator, a join, without and with sessions of ours. */
  readonly router: number;
  readonly authenticator: number;
  readonly routerWithSessions: number;
  readonly authenticatorWithSessions: number;
  /** Each authenticator more on a router worker, which is told of every join too: both parts together. */
  readonly furtherWatcher: number;
  /** Engine: a look-up, and one with its time written; alone, and 64 at once, which share pipelines and commits. */
  readonly lookupAlone: number;
  readonly lookup: number;
  readonly useAlone: number;
  readonly use: number;
  readonly login: number;
  readonly logout: number;
  /** A live session in a pass: the authenticator and the engine. */
  readonly passOurs: number;
  readonly passEngine: number;
  readonly passLmdb: number;
  /** Bytes. */
  readonly liveBytes: number;
  readonly cookieBytes: number;
  /** Which server, and on what it was measured. */
  readonly about: string;
}

interface JoinsResults {
  readonly time: string;
  readonly found: readonly JoinsFound[];
  readonly liveBytes: number;
}

interface StoresResults {
  readonly time: string;
  readonly node: string;
  readonly cpus: number;
  readonly live: number;
  readonly lookups: readonly StoresFound[];
  readonly passes: readonly StoresFound[];
  readonly writes: readonly StoresFound[];
  readonly memory: Readonly<Record<string, number>>;
}

/** @throws Error if a bench hasn't run yet */
export function readCosts(): Costs {
  const joins = read("joins-valkey", "joins -- --store valkey") as JoinsResults;
  const stores = read("stores", "stores") as StoresResults;
  const server = Object.keys(stores.memory).find((name) => name.startsWith("valkey")) ?? "";
  const joined = (layout: string) => find(joins.found, ({ name }) => name === layout);
  const one = joined("1 router worker, 1 authenticator");
  const withSessions = joined("1 router worker, 1 authenticator with sessions");
  const four = joined("1 router worker, 4 authenticators with sessions");
  const lookup = (about: string) => find(stores.lookups, (row) => row.name === server && row.about === about);
  // Sessions are kept on disk: that is what their writes cost.
  const write = (about: string) =>
    find(stores.writes, (row) => row.name.endsWith("everysec") && row.about === about).serverUs;
  const pass = find(stores.passes, ({ name }) => name === server);
  const allOf = ({ routerUs, authenticatorUs }: JoinsFound) => routerUs + authenticatorUs;
  return {
    router: one.routerUs,
    authenticator: one.authenticatorUs,
    routerWithSessions: withSessions.routerUs,
    authenticatorWithSessions: withSessions.authenticatorUs,
    furtherWatcher: (allOf(four) - allOf(withSessions)) / 3,
    lookupAlone: lookup("1").serverUs,
    lookup: lookup("64").serverUs,
    useAlone: write("use, one at a time"),
    use: write("use"),
    login: write("login"),
    logout: write("logout"),
    passOurs: pass.ourUs / stores.live,
    passEngine: pass.serverUs / stores.live,
    passLmdb: find(stores.passes, ({ name }) => name.startsWith("LMDB")).ourUs / stores.live,
    liveBytes: joins.liveBytes,
    cookieBytes: stores.memory[server] ?? Number.NaN,
    about: `${server}, Node.js ${stores.node}, ${stores.cpus} cores, ${joins.time.slice(0, 10)}`,
  };
}

/** What came of each scenario of the bench `failover`. @throws Error if it hasn't run yet */
export function readFailover(): readonly FailoverFound[] {
  return (read("failover", "failover") as { readonly found: readonly FailoverFound[] }).found;
}

function read(name: string, bench: string): unknown {
  const file = join(benchDirectory(), `results-${name}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Error(`${file} isn't there yet: npm run bench ${bench}`);
  }
}

function find<T>(rows: readonly T[], isIt: (row: T) => boolean): T {
  const row = rows.find(isIt);
  if (row === undefined) throw new Error("the results of an older bench: run `stores` and `joins` again");
  return row;
}
