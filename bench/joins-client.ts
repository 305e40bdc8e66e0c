// Clients of the bench `joins` in a process of their own: each connects with a cookie as a browser does, joins and is
// gone. `run COUNT AT_ONCE FIRST URL…` in, a Run out. `hold COUNT FIRST URL`: they stay, until `leave`.

import { createInterface } from "node:readline";
import { type FrameJoin, joinFrames } from "../test/support/crossbar-cookie-client.js";
import { REALMS } from "../test/support/crossbar-sessions-node.js";
import { cookieValueOf } from "./lookup-database.js";

/** What became of so many clients. */
export interface Run {
  /** From the first to the last. */
  readonly ms: number;
  /** Of each join, in ms. */
  readonly times: readonly number[];
  /** What those who couldn't join were told. */
  readonly refusals: readonly string[];
}

/** Joining at the same time, while some are to stay. */
const HOLD_AT_ONCE = 16;

const size = Number(process.argv[2]);
const held: FrameJoin[] = [];

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(" ");
  process.stdout.write(`${JSON.stringify(await answer(command ?? "", words))}\n`);
}
process.exit();

async function answer(command: string, words: readonly string[]): Promise<unknown> {
  if (command === "run") {
    const [count, atOnce, first, ...urls] = words;
    const enterNext = (n: number) => enter(urls[n % urls.length] ?? "", Number(first) + n);
    return run(Number(count), Number(atOnce), enterNext, (join) => void join.leave());
  }
  if (command === "hold") {
    const [count, first, url = ""] = words;
    const enterNext = (n: number) => enter(url, Number(first) + n);
    return run(Number(count), HOLD_AT_ONCE, enterNext, (join) => void held.push(join));
  }
  await Promise.all(held.splice(0).map((join) => join.leave()));
  return "left";
}

async function run(
  count: number,
  atOnce: number,
  enterNext: (n: number) => Promise<FrameJoin>,
  then: (join: FrameJoin) => void,
): Promise<Run> {
  const times: number[] = [];
  const refusals: string[] = [];
  const began = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const begin = performance.now();
      const join = await enterNext(next++);
      if (join.kind === "welcome") times.push(Number((performance.now() - begin).toFixed(2)));
      else refusals.push(`${join.kind} ${join.frame[2] ?? ""}`);
      then(join);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return { ms: performance.now() - began, times, refusals };
}

function enter(url: string, n: number): Promise<FrameJoin> {
  const { host } = new URL(url);
  const headers = { Cookie: `theme=dark; cbtid=${cookieValueOf(n % size)}`, Origin: `http://${host}` };
  return joinFrames({ url, realm: REALMS[0], headers });
}
