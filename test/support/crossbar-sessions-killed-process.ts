// Logs in and out as fast as it can until it is killed: `node --import tsx crossbar-sessions-killed-process.ts PATH`.
// Each answer is a line: `in OID VALUE` a login, `leaving OID` a logout that begins, `out OID` its answer.

import { CookieSessions } from "../../src/session/cookie-sessions.js";
import { openCookieStore } from "../../src/store/open-store.js";

/** Operations under way at once: many share a commit. */
const AT_ONCE = 64;

// Blocking, so that a line that is written has left this process: nothing is lost with it.
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const path = process.argv[2] ?? "";
const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });
await store.sweepIndexes();
// 0: each touch is written.
const sessions = new CookieSessions({ store, policy: { touchSeconds: 0 } });

async function keepGoing(worker: number): Promise<never> {
  for (let count = 0; ; count++) {
    const login = { authid: `user-${worker % 8}`, authrole: "user", authrealm: "realm1" };
    const { session, value } = await sessions.login(login);
    const { oid } = session;
    say(`in ${oid} ${value}`);
    if (count % 3 === 0) await sessions.touch({ oid }, { peer: "192.0.2.7" });
    if (count % 2 !== 0) continue;
    say(`leaving ${oid}`);
    await sessions.logout({ oid });
    say(`out ${oid}`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => keepGoing(worker)));
