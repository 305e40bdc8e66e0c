// A store opens for look-ups where writes are held up: a service that restarts meanwhile must let people in.

import { afterEach, expect, test } from "@jest/globals";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openLastingValkeyStore } from "../../../src/store/valkey/open-lasting-valkey-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { serverMissing, startServer, stopServers, type ValkeyServer } from "../../support/valkey-server.js";
import { makeFields } from "../conformance.js";

describeUnless(serverMissing(), "opening a store that can't be written now", () => {
  const opened: CookieStore[] = [];

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await stopServers();
  });

  const optionsFor = ({ host, port }: ValkeyServer): ValkeyOptions => ({
    servers: [{ host, port }],
    topology: { kind: "single" },
    prefix: "wca",
    hashValues: false,
    timeoutMs: 1000,
  });

  /** A server with one cookie. */
  const startWithCookie = async () => {
    const server = await startServer();
    const store = await openValkeyStore(optionsFor(server));
    opened.push(store);
    const fields = makeFields();
    await store.writer.write((on) => on.put(fields));
    return { server, fields };
  };

  test("no replica confirms: look-ups are answered, a write says what is missing, and so does a warning", async () => {
    const { server, fields } = await startWithCookie();
    const warnings: string[] = [];
    const options = { ...optionsFor(server), wait: { replicas: 1, timeoutMs: 50 } };
    const store = await openValkeyStore(options, { onWarning: (message) => warnings.push(message) });
    opened.push(store);
    expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    await expect(store.writer.write((on) => on.delete(fields.oid))).rejects.toMatchObject({
      code: "ERR_STORE_REPLICAS",
      details: { isWritten: true, asked: 1, confirmed: 0 },
    });
    expect(warnings).toContainEqual(expect.stringContaining("0 replicas confirmed it"));
  });

  test("the server refuses writes with so few replicas: a service starts, and says that its store is there", async () => {
    const { server, fields } = await startWithCookie();
    await server.client().config("SET", "min-replicas-to-write", "1");
    const available: string[] = [];
    const store = await openLastingValkeyStore({
      ...optionsFor(server),
      events: {
        onAvailable: ({ address }) => available.push(address),
        onUnavailable: (error) => available.push(error.code),
        onWarning: () => {},
      },
    });
    opened.push(store);
    expect(available).toEqual([`${server.host}:${server.port}`]);
    expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    await expect(store.writer.write((on) => on.delete(fields.oid))).rejects.toMatchObject({
      code: "ERR_STORE_REPLICAS",
      details: { isWritten: false },
    });
  });

  test("the server is full: look-ups and log-outs are answered, a login says that it is full", async () => {
    const { server, fields } = await startWithCookie();
    await server.client().config("SET", "maxmemory", "1");
    const store = await openValkeyStore(optionsFor(server));
    opened.push(store);
    expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    await expect(store.writer.write((on) => on.put(makeFields()))).rejects.toMatchObject({
      code: "ERR_STORE_FULL",
    });
    await expect(store.writer.write((on) => on.delete(fields.oid))).resolves.toBe(true);
  });
});
