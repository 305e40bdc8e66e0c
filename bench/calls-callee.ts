// A callee of the bench `calls` in a process of its own: `ours CONFIG`, the service as `start` runs it, or `echo URL`,
// which answers each call with the reply that ours gives, on the same transport code. Any line in: CPU time so far out.

import { createInterface } from "node:readline";
import { startService } from "../src/cli/start-service.js";
import { loadConfig } from "../src/config/load-config.js";
import { joinAs } from "../test/support/wamp-client.js";
import { PROCEDURES, REALM, TICKET } from "./calls-node.js";

const [kind, target = ""] = process.argv.slice(2);

/** What our reply is like for the cookies of lookup-database.ts. */
const EXTRA = {
  name: "User 123456",
  department: "sales",
  cookie_oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c",
};
const REPLY = {
  realm: REALM,
  authid: "user123456@example.com",
  role: "user",
  extra: EXTRA,
  authrealm: REALM,
  authrole: "user",
  authextra: EXTRA,
};

let service: Promise<void> | undefined;
if (kind === "ours") {
  const { config, warnings } = await loadConfig(target, { env: process.env });
  service = startService(config, warnings);
} else {
  const joined = await joinAs({ url: target, realm: REALM, authid: "echo", ticket: TICKET });
  if (joined.kind !== "welcome") throw new Error(`can't join: ${joined.reason}`);
  await joined.session.register(PROCEDURES.echo, () => REPLY);
}

process.stdout.write("ready\n");
for await (const _ of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${user + system} ${process.memoryUsage.rss()}\n`);
}
// In order: after three ends without it the service would do without its native engine.
if (service !== undefined) process.kill(process.pid, "SIGTERM");
await service;
setImmediate(() => process.exit());
