// `npm run bench [-- options]`: sets up what the benches need, then runs the look-up bench (bench/lookup.ts).

import { setUp } from "./setup.mjs";

await setUp();
const { register } = await import("tsx/esm/api");
register();
await import("../bench/lookup.ts");
