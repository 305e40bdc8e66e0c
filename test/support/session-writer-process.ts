// Child process of the kill test: logs sessions in and out, many at once, and says what has been answered.
// `put OID` after a login; `begin OID` before its logout, `delete OID` after it.

import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { openCookieStore } from "../../src/store/open-store.js";

const AT_ONCE = 32;

const path = process.argv[2] ?? "";
const { writer } = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });

/** Not through a stream: what it has in memory would die with the process. */
function say(text: string): void {
  writeSync(1, `${text}\n`);
}

async function work(at: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const oid = randomUUID();
    await writer.write((transaction) => {
      const authid = `user-${(at + n) % 10}`;
      transaction.put({ oid, createdNs: BigInt(n + 1), maxAgeSeconds: n + 1, authid, value: oid });
      transaction.putUse(oid, { lastUsedNs: 1n, peer: "tcp4:192.0.2.1:1" });
      transaction.raiseClock(BigInt(n));
    });
    say(`put ${oid}`);
    if (n % 3 === 0) continue;
    say(`begin ${oid}`);
    await writer.write((transaction) => transaction.delete(oid));
    say(`delete ${oid}`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => work(at)));
