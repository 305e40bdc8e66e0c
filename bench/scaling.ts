// The tables of docs/scaling.md, computed from what the benches `joins` and `stores` have found, and put there.
// `npm run bench scaling`, after `stores`, `joins -- --store valkey` and `failover`

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { readCosts, readFailover } from "./scaling-costs.js";
import { tablesOf } from "./scaling-tables.js";

/** Puts the tables into the page. */
export function writeScaling(): void {
  const file = join(packageRoot(), "docs", "scaling.md");
  let page = readFileSync(file, "utf8");
  for (const [name, table] of Object.entries(tablesOf(readCosts(), readFailover()))) {
    const [begin, end] = [`<!-- ${name}: made by npm run bench scaling -->`, `<!-- end of ${name} -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}`);
    page = `${page.slice(0, from + begin.length)}\n${table}\n${page.slice(to)}`;
    console.log(`\n${table}`);
  }
  writeFileSync(file, page);
}

writeScaling();
