// `npm run bench [NAME] [-- options]`: sets up what the benches need, then runs one (bench/NAME.ts); `lookup` by default.

import { setUp } from "./setup.mjs";

const benches = [
  "lookup",
  "denials",
  "reader",
  "logins",
  "purge",
  "modes",
  "router",
  "calls",
  "size",
  "startup",
];
const [name = "lookup"] = process.argv.slice(2).filter((argument) => benches.includes(argument));

await setUp();
const { register } = await import("tsx/esm/api");
register();
await import(`../bench/${name}.ts`);
