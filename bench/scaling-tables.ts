// The tables of docs/scaling.md, as Markdown: measured costs, and what follows from them.

import { type Found as FailoverFound, failoverTable } from "./failover-rows.js";
import { toText } from "./latencies.js";
import { type Cells, toMarkdown } from "./results.js";
import type { Costs } from "./scaling-costs.js";

/** How busy a core may be, so that bursts and the loss of a host don't fill queues. */
const UTILISATION = 0.6;
const JOINS_A_MINUTE = [1000, 10_000, 100_000, 1_000_000];
const LIVE_SESSIONS = [10_000, 100_000, 1_000_000];
/** From docs/configuration.md and live-pass.ts: seconds between two passes, and between two writes of a use. */
const PASS_SECONDS = 30;
const PASS_TOLD_SECONDS = 60;
const TOUCH_SECONDS = 60;
/** From so many joins a second on, the uses that an authenticator notes within 20 ms share a commit. */
const SHARED_USES_FROM = 500;
const US = 1e-6;

/** The tables by their names in the page. */
export function tablesOf(costs: Costs, found: readonly FailoverFound[]): Readonly<Record<string, string>> {
  return {
    costs: costTable(costs),
    joins: joinTable(costs),
    live: liveTable(costs),
    limits: limitTable(costs),
    failover: failoverTable(found),
  };
}

function costTable(costs: Costs): string {
  const us = (value: number): string => `${toText(value)} µs`;
  const rows: Cells[] = [
    ["R", "router worker: a join", us(costs.router), "joins"],
    ["R'", "the same, with an authenticator that has `sessions`", us(costs.routerWithSessions), "joins"],
    ["A", "authenticator: a join", us(costs.authenticator), "joins"],
    [
      "A'",
      "the same with `sessions`: a last use is written too",
      us(costs.authenticatorWithSessions),
      "joins",
    ],
    [
      "W",
      "each further authenticator with `sessions` on a router worker, a join",
      us(costs.furtherWatcher),
      "joins",
    ],
    [
      "E",
      "engine: a look-up, alone / 64 at once",
      `${us(costs.lookupAlone)} / ${us(costs.lookup)}`,
      "stores",
    ],
    ["E'", "engine: a look-up and its use written", `${us(costs.useAlone)} / ${us(costs.use)}`, "stores"],
    ["", "engine: a login, a logout, 64 at once", `${us(costs.login)}, ${us(costs.logout)}`, "stores"],
    [
      "P",
      "a live session in a pass: authenticator, engine",
      `${us(costs.passOurs)}, ${us(costs.passEngine)}`,
      "stores",
    ],
    ["P'", "the same on LMDB: authenticator", us(costs.passLmdb), "stores"],
    ["M", "router worker: memory of a live session", `${toText(costs.liveBytes / 1000)} kB`, "joins"],
    ["C", "engine: memory of a cookie", `${toText(costs.cookieBytes / 1000)} kB`, "stores"],
  ];
  return `${costs.about}.\n\n${toMarkdown(["", "CPU time or memory", "measured", "bench"], rows)}`;
}

function joinTable(costs: Costs): string {
  const rows = JOINS_A_MINUTE.map((aMinute): Cells => {
    const aSecond = aMinute / 60;
    return [
      group(aMinute),
      toText(aSecond),
      units(aSecond * costs.router),
      units(aSecond * costs.authenticator),
      share(aSecond * costs.lookupAlone),
      units(aSecond * costs.routerWithSessions),
      units(aSecond * costs.authenticatorWithSessions),
      share(aSecond * (aSecond < SHARED_USES_FROM ? costs.useAlone : costs.use)),
    ];
  });
  const head = ["joins a minute", "a second", "R", "A", "E", "R'", "A'", "E'"];
  return toMarkdown(head, rows);
}

function liveTable(costs: Costs): string {
  const engine = (live: number, everySeconds: number): number => (live / everySeconds) * costs.passEngine;
  const rows = LIVE_SESSIONS.map((live): Cells => {
    return [
      group(live),
      `${toText((live * costs.liveBytes) / 1e9)} GB`,
      `${toText((live * costs.cookieBytes) / 1e9)} GB`,
      units((live / PASS_SECONDS) * costs.passOurs),
      share(engine(live, PASS_SECONDS)),
      share((live / TOUCH_SECONDS) * costs.use),
      share(engine(live, PASS_TOLD_SECONDS)),
    ];
  });
  return toMarkdown(
    [
      "live sessions",
      "routers' memory",
      "engine's memory",
      "passes: authenticators",
      "passes: engine",
      "uses: engine",
      "`liveIsUse: false`: engine",
    ],
    rows,
  );
}

/** Where one primary is busy for as long as it may be. */
function limitTable(costs: Costs): string {
  const joinsAMinute = (us: number): string => group(round((UTILISATION / (us * US)) * 60));
  const live = (us: number): string => group(round(UTILISATION / (us * US)));
  const withUse = costs.passEngine / PASS_SECONDS + costs.use / TOUCH_SECONDS;
  const rows: Cells[] = [
    [
      "joins a minute without `sessions`: 0.6 s × 60 / E",
      `${joinsAMinute(costs.lookupAlone)} to ${joinsAMinute(costs.lookup)}`,
    ],
    [
      "joins a minute with `sessions`: 0.6 s × 60 / E'",
      `${joinsAMinute(costs.useAlone)} to ${joinsAMinute(costs.use)}`,
    ],
    ["logins a second: 0.6 s / a login", group(round(UTILISATION / (costs.login * US)))],
    [`live sessions: 0.6 s / (P / ${PASS_SECONDS} s + E' / ${TOUCH_SECONDS} s)`, live(withUse)],
    [
      `live sessions with \`liveIsUse: false\`: 0.6 s / (P / ${PASS_TOLD_SECONDS} s)`,
      live(costs.passEngine / PASS_TOLD_SECONDS),
    ],
  ];
  return toMarkdown(["one primary is enough for", ""], rows);
}

/** Cores that are busy, and how many it takes if each may be so for 60 % of the time. `us`: CPU time in a second. */
function units(us: number): string {
  const busy = us * US;
  return `${toText(busy)} → **${Math.ceil(busy / UTILISATION)}**`;
}

/** Of one core, since an engine works on one; bold where it is more than that core may give. */
function share(us: number): string {
  const text = `${toText(us * US * 100)} %`;
  return us * US > UTILISATION ? `**${text}**` : text;
}

/** Two digits that count: more would claim more than a plan knows. */
function round(value: number): number {
  return Number(value.toPrecision(2));
}

function group(value: number): string {
  return value.toLocaleString("en-US");
}
