// Our side of the bench of logins, in a process of its own: `exclusive`, `shared`, or `none` (without own tables).
// `login COUNT AT_ONCE` or `put COUNT A_TRANSACTION` in, ns out.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { CookieFields } from "../src/record/cookie.js";
import { makeCookieValue } from "../src/record/cookie-value.js";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import { openCookieStore } from "../src/store/open-store.js";

const [mode = "none", path = ""] = process.argv.slice(2);
const store = await openCookieStore({
  path,
  maxSizeBytes: 2 ** 36,
  ...(mode === "none" ? {} : { sessions: { mode: mode === "exclusive" ? "exclusive" : "shared" } }),
});
const sessions = new CookieSessions({ store });
let logins = 0;

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [operation, count = 0, together = 1] = line
    .split(" ")
    .map((word, at) => (at === 0 ? word : Number(word)));
  const run = operation === "login" ? logIn : put;
  const start = process.hrtime.bigint();
  await run(Number(count), Number(together));
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}
await store.close();
process.exitCode = 0;
setImmediate(() => process.exit());

/** As many clients as `together`, each of which begins its next login when it has the answer to the last. */
async function logIn(count: number, together: number): Promise<void> {
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      logins += 1;
      await sessions.login({
        authid: `user${logins}@example.com`,
        authrole: "user",
        authrealm: "realm1",
        authmethod: "wampcra",
        authextra: { name: `User ${logins}`, department: "sales" },
        device: { peer: "tcp4:192.0.2.1:50000" },
      });
    }
  };
  await Promise.all(Array.from({ length: together }, client));
}

/** Records of the same size through the writer, without anything of a session. */
async function put(count: number, together: number): Promise<void> {
  for (let done = 0; done < count; done += together) {
    await store.writer.write((transaction) => {
      for (let n = 0; n < together; n += 1) transaction.put(newFields());
    });
  }
}

function newFields(): CookieFields {
  logins += 1;
  return {
    oid: randomUUID(),
    createdNs: BigInt(Date.now()) * 1_000_000n,
    maxAgeSeconds: 604_800,
    name: "cbtid",
    value: makeCookieValue(),
    authid: `user${logins}@example.com`,
    authrole: "user",
    authmethod: "wampcra",
    authrealm: "realm1",
    authextra: { name: `User ${logins}`, department: "sales" },
  };
}
