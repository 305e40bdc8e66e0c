// `npm run demo:web [-- --once]`: sets up what it needs, then starts examples/web-login on real parts
// (scripts/demo-web/main.ts).

import { setUp } from "./setup.mjs";

await setUp();
const { register } = await import("tsx/esm/api");
register();
const { runWebDemo } = await import("./demo-web/main.ts");
process.exitCode = await runWebDemo({ once: process.argv.includes("--once") });
