// A configuration file with sessions and lifetimes, for commands that judge by them.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @param authenticator keys of that section, such as `idleTimeout` @returns its path */
export function writeLifetimeConfig(authenticator: object): string {
  const file = join(mkdtempSync(join(tmpdir(), "cli-test-")), "config.json");
  const router = { url: "ws://[::1]", realm: "r", auth: { method: "anonymous" }, procedure: "a.b" };
  const sessions = { mode: "shared", prefix: "com.example.", roles: {} };
  writeFileSync(file, JSON.stringify({ store: { path: "x" }, routers: [router], authenticator, sessions }));
  return file;
}
