// A proxy worker in front of a router worker: clients join through it by our authenticator, and are ended with their cookie.
//
// Seen with Crossbar 26.10.1: behind a proxy `wamp.session.kill` closes the client's connection without the GOODBYE that it
// sends otherwise, so that the client isn't told why.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { PREFIX, PROCEDURE, REALMS, ticketOf, USER_ROLE } from "../support/crossbar-sessions-node.js";
import { instanceConfig, type ManyInstance, startInstance } from "../support/many-instance.js";
import { type ManyNodeWorker, manyNode } from "../support/many-node.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

const [REALM] = REALMS;

describeUnless(crossbarMissing(), "clients behind a proxy worker", () => {
  let directory: string;
  let crossbar: Crossbar;
  let instance: ManyInstance;
  let componentUrl: string;
  let proxyUrl: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-proxies-"));
    const [component = 0, client = 0, proxy = 0, health = 0] = await freePorts(4);
    componentUrl = `ws://127.0.0.1:${component}`;
    proxyUrl = `ws://127.0.0.1:${proxy}`;
    const nodeConfig = proxiedNode({ component, client }, proxy, join(directory, "router.sock"));
    crossbar = await startCrossbar({ nodeConfig, directory });
    const store = { path: join(directory, "cookies") };
    await initCookieStore(store.path);
    const file = join(directory, "instance.json");
    const config = instanceConfig("single", [componentUrl], { host: "127.0.0.1", port: health });
    writeFileSync(file, JSON.stringify({ store, ...config }), { mode: 0o600 });
    instance = startInstance(file, [], `http://127.0.0.1:${health}/readyz`);
    await waitFor("the component", () => instance.isReady());
  }, 90_000);

  afterAll(async () => {
    await instance?.stop();
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  const welcome = async (outcome: Promise<JoinOutcome>) => {
    const joined = await outcome;
    if (joined.kind !== "welcome") throw new Error(`not welcome: ${joined.reason} ${joined.message}`);
    return joined;
  };

  test("a good cookie is welcome, another is denied; with the cookie the connection ends", async () => {
    const ticket = ticketOf("backend");
    const backend = await welcome(joinAs({ url: componentUrl, realm: REALM, authid: "backend", ticket }));
    const login = { authid: "joe", authrole: USER_ROLE };
    const made = (await backend.session.call(`${PREFIX}login`, [], login)) as { value: string; oid: string };
    const client = await welcome(joinAs({ url: proxyUrl, realm: REALM, ticket: made.value }));
    expect(client.details).toMatchObject({ authid: "joe", authrole: USER_ROLE });
    expect(await joinAs({ url: proxyUrl, realm: REALM, ticket: "x".repeat(24) })).toMatchObject({
      kind: "abort",
      reason: "wamp.error.authentication_failed",
    });
    await backend.session.call(`${PREFIX}logout`, [], { oid: made.oid });
    expect((await client.ended).kind).toBe("lost");
    expect(instance.log()).toContain("told a live session to leave");
    await backend.close();
  }, 30_000);
});

/** The router worker has a Unix domain socket for the proxy, which says there who its clients are. */
function proxiedNode(worker: ManyNodeWorker, port: number, path: string): object {
  const node = manyNode({ workers: [worker], pings: undefined }) as {
    readonly workers: readonly { readonly transports: object[] }[];
  };
  const unix = { type: "unix", path };
  node.workers[0]?.transports.push({
    type: "rawsocket",
    endpoint: unix,
    serializers: ["cbor"],
    auth: { "anonymous-proxy": { type: "static" } },
  });
  const transport = { type: "rawsocket", endpoint: unix, url: "rs://localhost", serializer: "cbor" };
  const dynamic = {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALM,
    "authenticator-role": "trusted",
  };
  const proxy = {
    type: "proxy",
    connections: { router: { transport, auth: { "anonymous-proxy": {} } } },
    // `trusted` is the proxy itself, that asks our procedure.
    routes: { [REALM]: { trusted: "router", [USER_ROLE]: "router" } },
    transports: [{ type: "websocket", endpoint: { type: "tcp", port }, auth: { ticket: dynamic } }],
  };
  return { ...node, workers: [...node.workers, proxy] };
}
