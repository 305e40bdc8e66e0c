// Our service's part in the bench `router`: one operation on the shared database, on request.
// `sweep MS`, `purge MS` or `logins MS` in: does it for so long at most; how much was done comes out.

import { createInterface } from "node:readline";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import { openCookieStore } from "../src/store/open-store.js";

const AT_ONCE = 64;

const store = await openCookieStore({
  path: process.argv[2] ?? "",
  maxSizeBytes: 2 ** 34,
  sessions: { mode: "shared" },
});
const sessions = new CookieSessions({ store });

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [operation, milliseconds] = line.split(" ");
  const signal = AbortSignal.timeout(Number(milliseconds));
  process.stdout.write(`${await run(operation, signal)}\n`);
}
await store.close();
process.exitCode = 0;
setImmediate(() => process.exit());

async function run(operation: string | undefined, signal: AbortSignal): Promise<number> {
  if (operation === "sweep") return (await store.sweepIndexes({ signal })).added;
  if (operation === "purge") return (await sessions.purge({ signal })).purged;
  let count = 0;
  const client = async (n: number): Promise<void> => {
    while (!signal.aborted) {
      await sessions.login({ authid: `client${n}`, authrole: "user", authrealm: "realm1" });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => client(n)));
  return count;
}
