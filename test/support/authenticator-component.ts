// The whole component in a process of its own, on a real database: `node --import tsx authenticator-component.ts '<json>'`.
// Prints `registered` when routers can call it; its log goes to standard error. A line on standard input is answered
// with the memory in use after a collection: `memory <heap bytes> <resident bytes>` (needs `--expose-gc`).

import { createInterface } from "node:readline";
import type { RouterConfig } from "../../src/config/config.js";
import { createAuthenticator, createLog, openCookieReader } from "../../src/index.js";
import { createService } from "../../src/service/service.js";
import { waitFor } from "./wait-for.js";

/** What the process is told on its command line. */
export interface AuthenticatorComponentOptions {
  /** The database directory. */
  readonly cookies: string;
  readonly router: RouterConfig;
}

const { cookies, router } = JSON.parse(process.argv[2] ?? "{}") as AuthenticatorComponentOptions;
const log = createLog({ level: "trace" });
const reader = await openCookieReader({ path: cookies });
const authenticator = createAuthenticator({ reader, log });
const service = createService({
  config: { routers: [router], health: undefined },
  authenticator,
  reader,
  log,
});
await service.start();
await waitFor("the registration", () => service.status().routers.every(({ registered }) => registered));
console.log("registered");

createInterface({ input: process.stdin }).on("line", () => {
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  console.log(`memory ${heapUsed} ${rss}`);
});
