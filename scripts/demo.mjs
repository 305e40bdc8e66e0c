// `npm run demo [-- --once]`: sets up what it needs, then shows the main job on real parts (scripts/demo/main.ts).

import { setUp } from "./setup.mjs";

await setUp();
const { register } = await import("tsx/esm/api");
register();
const { runDemo } = await import("./demo/main.ts");
process.exitCode = await runDemo({ once: process.argv.includes("--once") });
