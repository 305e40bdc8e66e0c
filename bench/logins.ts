// Bench: durable logins a second beside Crossbar's own store in Python, in turns; and what our indexes cost a write.
// `npm run bench logins [-- --size 100000] [--rounds 5] [--logins 500]`

import { parseArgs } from "node:util";
import { medianOf, toText } from "./latencies.js";
import { LineProcess } from "./line-process.js";
import {
  describeMachine,
  type Figure,
  parseCount,
  printFigures,
  printTable,
  saveResults,
} from "./results.js";
import { copyDatabase, makeSessionDatabase } from "./session-database.js";

const AT_ONCE = 64;
const A_TRANSACTION = 200;
const GOAL = 20;

interface Row {
  readonly name: string;
  readonly process: LineProcess;
  readonly request: string;
  readonly count: number;
  readonly ns: number[];
}

/** Runs the bench and prints its tables. */
export async function benchLogins(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "100000" },
      rounds: { type: "string", default: "5" },
      logins: { type: "string", default: "500" },
    },
  });
  const size = parseCount(values.size, "size");
  const rounds = parseCount(values.rounds, "rounds");
  const logins = parseCount(values.logins, "logins");
  const machine = describeMachine();
  const plain = await makeSessionDatabase({ size, expired: 0, hasOwnTables: false });
  const indexed = await makeSessionDatabase({ size, expired: 0, hasOwnTables: true });
  const start = (mode: string, base: string): Promise<LineProcess> =>
    LineProcess.start("logins-worker.ts", [mode, copyDatabase(base, `logins-${mode}`)]);
  const python = await LineProcess.start("logins.py", [copyDatabase(plain, "logins-crossbar")]);
  const exclusive = await start("exclusive", indexed);
  const shared = await start("shared", indexed);
  const none = await start("none", plain);

  const row = (name: string, process: LineProcess, request: string, count: number): Row => ({
    name,
    process,
    request,
    count,
    ns: [],
  });
  const many = logins * 10;
  const bulk = A_TRANSACTION * 10;
  const create = row("Crossbar in Python, create", python, `create ${logins}`, logins);
  const setAuth = row("Crossbar in Python, setAuth", python, `setAuth ${logins}`, logins);
  const ours = ([mode, process]: readonly [string, LineProcess]) =>
    [
      row(`login, ${mode}, one after the other`, process, `login ${logins} 1`, logins),
      row(`login, ${mode}, ${AT_ONCE} at once`, process, `login ${many} ${AT_ONCE}`, many),
    ] as const;
  const [exclusiveAlone, exclusiveMany] = ours(["exclusive", exclusive]);
  const [sharedAlone, sharedMany] = ours(["shared", shared]);
  const loginRows = [create, setAuth, exclusiveAlone, exclusiveMany, sharedAlone, sharedMany];
  const puts = ([name, process]: readonly [string, LineProcess]) =>
    [
      row(`${name}, 1 put a commit`, process, `put ${logins} 1`, logins),
      row(`${name}, ${A_TRANSACTION} puts a commit`, process, `put ${bulk} ${A_TRANSACTION}`, bulk),
    ] as const;
  const putRows = [...puts(["without own tables", none]), ...puts(["with own tables", exclusive])];

  // In turns, so that a noisy moment of the machine meets all alike. The first round is the warm-up.
  for (let round = -1; round < rounds; round += 1) {
    for (const each of [...loginRows, ...putRows]) {
      const ns = Number(await each.process.ask(each.request));
      if (round >= 0) each.ns.push(ns);
    }
  }
  for (const process of [python, exclusive, shared, none]) await process.stop();

  const aSecond = ({ count, ns }: Row): number => (count / medianOf(ns)) * 1e9;
  const bothASecond = 1 / (1 / aSecond(create) + 1 / aSecond(setAuth));
  const base = aSecond(setAuth);
  console.log(`${size} cookies, durable commits, median of ${rounds} rounds\n${machine.text}`);
  printTable(
    ["durable logins", "a second", "x setAuth"],
    [
      ...loginRows.slice(0, 2).map((each) => [each.name, aSecond(each)] as const),
      ["Crossbar in Python, both: a whole login", bothASecond] as const,
      ...loginRows.slice(2).map((each) => [each.name, aSecond(each)] as const),
    ].map(([name, value]) => [name, Math.round(value), (value / base).toFixed(2)]),
  );
  printTable(
    ["what our indexes cost", "µs a put"],
    putRows.map((each) => [each.name, toText(1e6 / aSecond(each))]),
  );
  const ratio = Math.min(aSecond(exclusiveMany), aSecond(sharedMany)) / base;
  const what = `durable logins, ${AT_ONCE} at once: ours beside setAuth`;
  const figures: readonly Figure[] = [{ what, value: ratio, goal: GOAL, atLeast: true }];
  printFigures(figures);
  saveResults("logins", {
    load: machine.load,
    size,
    rounds,
    aSecond: Object.fromEntries([...loginRows, ...putRows].map((each) => [each.name, aSecond(each)])),
    figures,
  });
}

await benchLogins();
