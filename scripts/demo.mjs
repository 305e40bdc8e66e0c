// `npm run demo [-- --once] [-- --store valkey]`: sets up what it needs, then shows the main job on real parts
// (scripts/demo/main.ts).

import { parseArgs } from "node:util";
import { setUp } from "./setup.mjs";

const { once, store } = readOptions();

await setUp();
const { register } = await import("tsx/esm/api");
register();
const { runDemo } = await import("./demo/main.ts");
process.exitCode = await runDemo({ once, store });

function readOptions() {
  try {
    const options = { once: { type: "boolean", default: false }, store: { type: "string", default: "lmdb" } };
    const { values } = parseArgs({ options });
    if (["lmdb", "valkey"].includes(values.store)) return values;
    throw new Error(`--store is lmdb or valkey, not ${values.store}`);
  } catch (error) {
    console.error(`error: ${error.message}\nusage: npm run demo -- [--once] [--store lmdb|valkey]`);
    process.exit(2);
  }
}
