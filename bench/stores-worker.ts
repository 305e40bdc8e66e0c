// One store of the bench `stores` in a process of its own: `lmdb PATH SIZE`, or `valkey OPTIONS SIZE`, as JSON. In:
// `look MS AT_ONCE any|zipf`, `all` (looks each up once), `pass SESSIONS`, `login COUNT AT_ONCE`,
// `logout AT_ONCE` (those that logged in), `use COUNT AT_ONCE` (a look-up, and its time written). Out: a Work.

import { createInterface } from "node:readline";
import { lookUpCookies } from "../src/live/look-up-cookies.js";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import type { CookieReader } from "../src/store/cookie-reader.js";
import type { CookieStore } from "../src/store/cookie-store.js";
import { openCookieStore } from "../src/store/open-store.js";
import { openValkeyStore } from "../src/store/valkey/open-valkey-store.js";
import { toLatencies } from "./latencies.js";
import { cookieValueOf } from "./lookup-database.js";
import { createRandom, createZipf } from "./zipf.js";

/** What was done, in which time, and what this process has used for it. */
export interface Work {
  readonly count: number;
  readonly ms: number;
  readonly cpuUs: number;
  /** Of one operation, in ms. */
  readonly p50: number;
  readonly p99: number;
  /** How many were answered without a promise. */
  readonly answeredAtOnce: number;
}

const [kind, target = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
const store = await open();
// Every use is written: what a cookie that comes seldom costs.
const sessions = new CookieSessions({ store, policy: { touchSeconds: 1 } });
const values = Array.from({ length: size }, (_, n) => cookieValueOf(n));
const random = createRandom();
const numbers = { any: () => Math.floor(random() * size), zipf: createZipf(size, random) };
const issued: string[] = [];
/** Cookies of the live sessions that a pass is about. */
const liveOids: string[] = [];
let logins = 0;
let uses = 0;

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(" ");
  process.stdout.write(`${JSON.stringify(await answer(command ?? "", words))}\n`);
}
await store.close();
process.exitCode = 0;
setImmediate(() => process.exit());

function open(): Promise<CookieStore> {
  if (kind === "valkey") return openValkeyStore(JSON.parse(target));
  return openCookieStore({ path: target, maxSizeBytes: 2 ** 36, sessions: { mode: "exclusive" } });
}

async function answer(command: string, words: readonly string[]): Promise<Work> {
  if (command === "look") {
    const [ms, atOnce, mix] = words;
    const next = numbers[mix === "zipf" ? "zipf" : "any"];
    const until = performance.now() + Number(ms);
    return work(
      Number(atOnce),
      () => performance.now() < until,
      () => look(values[next()] as string),
    );
  }
  if (command === "all") {
    let n = 0;
    return work(
      64,
      () => n < size,
      () => look(values[n++] as string),
    );
  }
  if (command === "pass") return pass(store.reader, Number(words[0]));
  if (command === "login") {
    let left = Number(words[0]);
    return work(Number(words[1]), () => left-- > 0, logIn);
  }
  if (command === "use") {
    let left = Number(words[0]);
    return work(Number(words[1]), () => left-- > 0, noteUse);
  }
  return work(Number(words[0]), () => issued.length > 0, logOut);
}

/** So many clients, each of which begins its next operation when it has the answer to the last. */
async function work(
  clients: number,
  hasMore: () => boolean,
  operate: () => Promise<unknown> | unknown,
): Promise<Work> {
  const times: number[] = [];
  let answeredAtOnce = 0;
  const client = async (): Promise<void> => {
    while (hasMore()) {
      const begin = performance.now();
      const result = operate();
      // Awaiting a plain value would cost a turn of the microtask queue.
      if (result instanceof Promise) await result;
      else answeredAtOnce += 1;
      times.push(performance.now() - begin);
    }
  };
  const { began, cpu } = { began: performance.now(), cpu: process.cpuUsage() };
  await Promise.all(Array.from({ length: clients }, client));
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const { count, p50, p99 } = toLatencies(times);
  return { count, ms, cpuUs: user + system, p50, p99, answeredAtOnce };
}

function look(value: string): Promise<void> | undefined {
  const found = store.reader.findByValue(value);
  if (found instanceof Promise) return found.then(check);
  check(found);
  return undefined;
}

function check(cookie: { readonly authid?: string | undefined } | undefined): void {
  if (cookie === undefined || cookie.authid === "") throw new Error("not found");
}

/** What the session view does for so many live sessions. */
async function pass(reader: CookieReader, count: number): Promise<Work> {
  for (let after: string | undefined; liveOids.length < count; ) {
    const page = await reader.list({ limit: Math.min(1000, count - liveOids.length), after });
    liveOids.push(...page.cookies.map(({ oid }) => oid));
    after = page.next;
    if (after === undefined) break;
  }
  let hasMore = true;
  return work(
    1,
    () => hasMore,
    () => {
      hasMore = false;
      return lookUpCookies(reader, liveOids);
    },
  );
}

async function logIn(): Promise<void> {
  logins += 1;
  const { value } = await sessions.login({
    authid: `user${logins}@example.com`,
    authrole: "user",
    authrealm: "realm1",
    authmethod: "wampcra",
    authextra: { name: `User ${logins}`, department: "sales" },
    device: { peer: "tcp4:192.0.2.1:50000" },
  });
  issued.push(value);
}

async function logOut(): Promise<void> {
  await sessions.logout({ value: issued.pop() as string });
}

/** What a join costs a store where there are sessions. */
async function noteUse(): Promise<void> {
  uses += 1;
  const found = await store.reader.findUsed({ value: values[uses % size] as string });
  if (found === undefined) throw new Error("not found");
  const device = { peer: "tcp4:192.0.2.1:50000" };
  const isWritten = await sessions.touch({ oid: found.cookie.oid }, device, {}, found);
  if (!isWritten) throw new Error("a use was not written");
}
