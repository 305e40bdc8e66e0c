// The demo on Valkey: a server of its own, started and stopped by the demo; no Crossbar writes there.

import { randomUUID } from "node:crypto";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { openValkeyStore } from "../../src/store/valkey/open-valkey-store.js";
import { findServers, serverMissing, startServer } from "../../test/support/valkey-server.js";
import { joinAs } from "../../test/support/wamp-client.js";
import type { DemoSite, DemoStore } from "./demo-store.js";

/** @param configFile of the component, relative to where commands are typed */
export async function valkeyDemoStore(configFile: string): Promise<DemoStore> {
  const missing = serverMissing();
  const servers = findServers();
  const found = servers.find(({ name }) => name === "valkey") ?? servers[0];
  if (missing !== undefined || found === undefined) throw new Error(missing);
  const { name, version, binary } = found;
  const server = await startServer({ binary });
  const store = await openValkeyStore({
    servers: [server],
    topology: { kind: "single" },
    prefix: "wca",
    timeoutMs: 1000,
  });
  const put: DemoStore["put"] = async (fields) => {
    await store.writer.write((transaction) => {
      const { value } = fields;
      return transaction.put({
        ...fields,
        value: value === undefined ? undefined : transaction.toStoredValue(value),
      });
    });
  };
  return {
    about: [
      ["server", `${name} ${version}, port ${server.port}`],
      ["", "values are kept as SHA-256: who steals the store can present nothing"],
    ],
    section: { type: "valkey", servers: [`${server.host}:${server.port}`] },
    commandOptions: ["--config", configFile],
    crossbarPath: undefined,
    loginTitle: "A backend logs joe in by procedure; the component stores the cookie",
    logIn,
    async visit() {
      const value = makeCookieValue();
      await put({
        oid: randomUUID(),
        createdNs: BigInt(Date.now()) * 1_000_000n,
        maxAgeSeconds: 604_800,
        name: "cbtid",
        value,
      });
      return value;
    },
    put,
    server,
    async stop() {
      await store.close();
      await server.stop();
    },
  };
}

async function logIn({ backendUrl, realm, prefix, backendSecret }: DemoSite): Promise<string> {
  const backend = await joinAs({ url: backendUrl, realm, authid: "backend", wampcra: backendSecret });
  if (backend.kind === "abort") throw new Error(`the backend can't join: ${backend.reason}`);
  const kwargs = { authid: "joe", authrole: "user" };
  const { value } = (await backend.session.call(`${prefix}login`, [], kwargs)) as { value: string };
  await backend.close();
  return value;
}
