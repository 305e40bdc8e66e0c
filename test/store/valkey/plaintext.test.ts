// Without TLS nothing goes to another machine, whoever has named it. "0.0.0.0" is one by its name, and leads here.

import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openInvalidationConnection } from "../../../src/store/valkey/invalidation-connection.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { openConnection } from "../../../src/store/valkey/server-connection.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { type NearCacheScene, openNearCache } from "../../support/valkey-near-cache.js";
import { serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { clientOn, closeClients, timed } from "./client-on.js";

const ELSEWHERE = "0.0.0.0";
const LOGIN = { password: "the-secret" };
const REFUSED = { code: "ERR_STORE_ACCESS", hint: expect.stringContaining("store.allowPlaintext") };

const servers: Server[] = [];
const sockets = new Set<Socket>();
const stores: CookieStore[] = [];
const scenes: NearCacheScene[] = [];

afterEach(async () => {
  await closeClients();
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(scenes.splice(0).map(({ reader }) => reader.close()));
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await stopServers();
});

interface FakeServer {
  readonly port: number;
  /** All that it was told. */
  readonly seen: string[];
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const list = (...items: readonly string[]): string => `*${items.length}\r\n${items.join("")}`;
const GREETING = list(bulk("role"), bulk("master"));

/** Answers each command by its name; what isn't named has no answer. */
async function fakeServer(answers: Readonly<Record<string, () => string>>): Promise<FakeServer> {
  const seen: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      seen.push(String(data));
      const commands = String(data).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n([\w-]+)\r\n)?/g);
      for (const [, name = "", first = ""] of commands) {
        const answer = answers[name.toUpperCase()] ?? answers[`${name} ${first}`.toUpperCase()];
        if (answer !== undefined) socket.write(answer());
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, seen };
}

const fakePrimary = (): Promise<FakeServer> =>
  fakeServer({ HELLO: () => GREETING, MGET: () => list(bulk("found")) });

const fakeSentinel = (primary: FakeServer): Promise<FakeServer> =>
  fakeServer({
    HELLO: () => list(bulk("role"), bulk("sentinel")),
    "SENTINEL MASTER": () => list(bulk("config-epoch"), bulk("1")),
    "SENTINEL GET-MASTER-ADDR-BY-NAME": () => list(bulk(ELSEWHERE), bulk(String(primary.port))),
  });

const slots = (host: string, port: number): string =>
  list(list(":0\r\n", ":16383\r\n", list(bulk(host), `:${port}\r\n`, bulk("id"))));

describe("a primary elsewhere gets no password and no command", () => {
  const SENTINEL = { kind: "sentinel", name: "m" } as const;
  const CLUSTER = { kind: "cluster" } as const;

  test.each([false, undefined])("that a Sentinel names (allowPlaintext: %s)", async (allowPlaintext) => {
    const primary = await fakePrimary();
    const { port } = await fakeSentinel(primary);
    const options = { topology: SENTINEL, login: LOGIN, allowPlaintext, timeoutMs: 20_000 };
    const client = clientOn({ host: "127.0.0.1", port }, options);
    const { ms, error } = await timed(() => client.getMany(["{wca}:a"]));
    expect(error).toMatchObject(REFUSED);
    expect(ms).toBeLessThan(5000);
    expect(primary.seen).toEqual([]);
  });

  test("but where it is allowed, as to the Sentinel", async () => {
    const primary = await fakePrimary();
    const { port } = await fakeSentinel(primary);
    const options = { topology: SENTINEL, login: LOGIN, allowPlaintext: true };
    const client = clientOn({ host: ELSEWHERE, port }, options);
    expect(await client.getMany(["{wca}:a"])).toEqual([Buffer.from("found")]);
    expect(primary.seen.join()).toContain(LOGIN.password);
  });

  test("that a node of a Cluster names", async () => {
    const primary = await fakePrimary();
    const node = await fakeServer({
      HELLO: () => GREETING,
      "CLUSTER SLOTS": () => slots(ELSEWHERE, primary.port),
    });
    const client = clientOn({ host: "127.0.0.1", port: node.port }, { topology: CLUSTER, login: LOGIN });
    await expect(client.getMany(["{wca}:a"])).rejects.toMatchObject(REFUSED);
    expect(primary.seen).toEqual([]);
  });

  test.each([false, true])("that a MOVED points to (allowed: %s)", async (allowPlaintext) => {
    const primary = await fakePrimary();
    const node: FakeServer = await fakeServer({
      HELLO: () => GREETING,
      "CLUSTER SLOTS": () => slots("127.0.0.1", node.port),
      MGET: () => `-MOVED 1 ${ELSEWHERE}:${primary.port}\r\n`,
    });
    const options = { topology: CLUSTER, login: LOGIN, allowPlaintext, timeoutMs: 500 };
    const client = clientOn({ host: "127.0.0.1", port: node.port }, options);
    const answer = client.getMany(["{wca}:a"]).then(
      () => "found",
      () => "fault",
    );
    expect(await answer).toBe(allowPlaintext ? "found" : "fault");
    // Without it the node is asked again for ever.
    expect(client.events).toContain(allowPlaintext ? "up" : "down ERR_STORE_UNAVAILABLE");
    expect(primary.seen.length > 0).toBe(allowPlaintext);
  });

  test("that is configured; a Sentinel neither, with TLS to the primary alone", async () => {
    const primary = await fakePrimary();
    const single = clientOn({ host: ELSEWHERE, port: primary.port }, { login: LOGIN });
    await expect(single.getMany(["{wca}:a"])).rejects.toMatchObject(REFUSED);
    const sentinel = await fakeSentinel(primary);
    const options = { topology: { ...SENTINEL, login: LOGIN }, tls: {} };
    const found = clientOn({ host: ELSEWHERE, port: sentinel.port }, options);
    await expect(found.getMany(["{wca}:a"])).rejects.toMatchObject(REFUSED);
    expect([...primary.seen, ...sentinel.seen]).toEqual([]);
  });
});

test.each(["127.0.0.1", "localhost"])("%s needs no leave", async (host) => {
  const { port } = await fakePrimary();
  const redis = await openConnection({ host, port }, {}, 5000, () => {});
  redis.disconnect();
});

test("the connection on which changes are told is none either", async () => {
  const { port, seen } = await fakePrimary();
  const options = { login: LOGIN, timeoutMs: 5000, mayBeReplica: false };
  const on = { onChanged: () => {}, onAllChanged: () => {}, onEnd: () => {} };
  const opening = openInvalidationConnection({ host: ELSEWHERE, port }, ["{wca}:c:"], options, on);
  await expect(opening).rejects.toMatchObject(REFUSED);
  expect(seen).toEqual([]);
});

describeUnless(serverMissing(), "a server elsewhere, without TLS", () => {
  test("isn't for the library's store, unless that is allowed", async () => {
    const { port } = await startServer();
    const options = {
      servers: [{ host: ELSEWHERE, port }],
      topology: { kind: "single" },
      prefix: "wca",
      timeoutMs: 2000,
    } as const;
    await expect(openValkeyStore(options)).rejects.toMatchObject(REFUSED);
    const store = await openValkeyStore({ ...options, allowPlaintext: true });
    stores.push(store);
    expect(await store.reader.findByValue("a".repeat(24))).toBeUndefined();
  });

  test("isn't for the near cache, unless that is allowed", async () => {
    const { port } = await startServer();
    const [here, there] = [[{ host: "127.0.0.1", port }], [{ host: ELSEWHERE, port }]];
    const refused = openNearCache({ servers: here }, { servers: there });
    const allowed = openNearCache({ servers: there, allowPlaintext: true });
    scenes.push(refused, allowed);
    await waitFor("the one that is allowed is on", () => allowed.figures().isOn);
    await waitFor("the other one's trouble", () => refused.troubles.length > 0);
    expect(refused.troubles).toEqual([expect.objectContaining(REFUSED)]);
    expect(refused.figures().isOn).toBe(false);
  });
});
