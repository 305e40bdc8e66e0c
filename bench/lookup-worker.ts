// One contestant of the benches in a process of its own: `ours`, `pure` (without native code) or `raw` (two gets of
// lmdb-js). As lookup.py: a count in, ns out.

import { createInterface } from "node:readline";
import { checkCookie } from "../src/authenticator/check-cookie.js";
import { isDenial } from "../src/authenticator/outcome.js";
import type { RouterCall } from "../src/authenticator/parse-router-call.js";
import { DEFAULT_POLICY } from "../src/authenticator/policy.js";
import { toPrincipal } from "../src/authenticator/to-principal.js";
import { openCookieReader } from "../src/store/open-store.js";
import { cookieValueOf } from "./lookup-database.js";
import { createRawLook } from "./raw-look.js";

const [kind, path = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
const STEP = 7919;

const look = kind === "raw" ? createRawLook(path) : await createOurs();
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
