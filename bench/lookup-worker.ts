// One contestant of the benches in a process of its own: `ours`, `pure` (without native code) or `raw` (two gets of
// lmdb-js). As lookup.py: a count in, ns out.

import { createInterface } from "node:readline";
import { checkCookie } from "../src/authenticator/check-cookie.js";
import { isDenial } from "../src/authenticator/outcome.js";
import type { RouterCall } from "../src/authenticator/parse-router-call.js";
import { DEFAULT_POLICY } from "../src/authenticator/policy.js";
import { toPrincipal } from "../src/authenticator/to-principal.js";
import { loadEngine } from "../src/store/lmdb/engine.js";
import { openCookieReader } from "../src/store/open-store.js";
import { cookieValueOf } from "./lookup-database.js";

const [kind, path = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
const STEP = 7919;

const look = kind === "raw" ? createRaw() : await createOurs();
let at = 0;
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const values = Array.from({ length: Number(line) }, () => {
    at = (at + STEP) % size;
    return cookieValueOf(at);
  });
  const start = process.hrtime.bigint();
  for (const value of values) look(value);
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}
process.exitCode = 0;
setImmediate(() => process.exit());

/** All that the authenticator does between credential and reply: look-up, checks, principal with its authextra. */
async function createOurs(): Promise<(value: string) => void> {
  const reader = await openCookieReader({ path, engine: kind === "pure" ? "pure" : "native" });
  const call: RouterCall = {
    realm: "realm1",
    authid: undefined,
    authmethod: "ticket",
    ticket: undefined,
    cookieHeader: undefined,
    origin: undefined,
    host: undefined,
    userAgent: undefined,
    peer: undefined,
    isSecure: false,
  };
  return (value) => {
    const cookie = reader.findByValue(value);
    if (cookie === undefined || cookie instanceof Promise) throw new Error("not found");
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const reason = checkCookie({ cookie, use: undefined, call, policy: DEFAULT_POLICY, nowNs });
    const principal = toPrincipal(cookie, DEFAULT_POLICY);
    if (reason !== undefined || isDenial(principal) || principal.authid === "") throw new Error("refused");
  };
}

/** Two gets of lmdb-js as its documentation shows them, nothing decoded. */
function createRaw(): (value: string) => void {
  const database = loadEngine().open<Buffer, Buffer>({
    path,
    noSubdir: false,
    keyEncoding: "binary",
    encoding: "binary",
    overlappingSync: false,
    maxReaders: 126,
    mapSize: 2 ** 36,
    readOnly: true,
  } as never);
  return (value) => {
    const indexKey = Buffer.alloc(2 + value.length);
    indexKey[1] = 2;
    indexKey.write(value, 2, "latin1");
    const oid = database.getBinary(indexKey);
    if (oid === undefined) throw new Error("not found");
    const recordKey = Buffer.alloc(18);
    recordKey[1] = 1;
    recordKey.set(oid, 2);
    if (database.getBinary(recordKey) === undefined) throw new Error("not found");
  };
}
