// The store of a service: a server that comes late, goes and comes back is told of, once each.

import { afterAll, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../../src/errors.js";
import {
  openLastingValkeyStore,
  type ValkeyStoreEvents,
} from "../../../src/store/valkey/open-lasting-valkey-store.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { freePort } from "../../support/crossbar-ports.js";
import { serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { makeFields } from "../conformance.js";

describeUnless(serverMissing(), "a lasting store on a server", () => {
  afterAll(stopServers);

  const optionsFor = (port: number, more: Partial<ValkeyOptions> = {}): ValkeyOptions => ({
    servers: [{ host: "127.0.0.1", port }],
    topology: { kind: "single" },
    prefix: "lasting",
    timeoutMs: 500,
    ...more,
  });
  const listen = () => {
    const told: string[] = [];
    const events: ValkeyStoreEvents = {
      onAvailable: ({ engine, version, address }) => told.push(`up ${engine} ${version} ${address}`),
      onUnavailable: (error) =>
        told.push(`down ${error instanceof CookieAuthenticatorError ? error.code : "?"}`),
      onWarning: (message) => told.push(`warning ${message}`),
    };
    /** Without warnings; a code with another text counts once. */
    const changes = (): string[] =>
      told.filter((line) => !line.startsWith("warning")).filter((line, at, all) => line !== all[at - 1]);
    return { told, events, changes };
  };

  test("not there at the start, there, gone, and back", async () => {
    const port = await freePort();
    const { told, events, changes } = listen();
    const store = await openLastingValkeyStore({ ...optionsFor(port), events, checkEveryMs: 50 });
    expect(changes()).toEqual(["down ERR_STORE_UNAVAILABLE"]);
    await expect((async () => store.reader.findByValue("x"))()).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
    });
    const server = await startServer({ port, args: ["--appendonly", "yes"] });
    await waitFor("the store", () => changes().length === 2);
    expect(changes()[1]).toMatch(new RegExp(`^up (valkey|redis) [\\d.]+ 127\\.0\\.0\\.1:${port}$`));
    const fields = makeFields();
    await store.writer.write((on) => on.put(fields));
    await server.kill();
    await waitFor("its loss", () => changes().length === 3);
    expect(changes()[2]).toBe("down ERR_STORE_UNAVAILABLE");
    await server.restart();
    await waitFor("its return", () => changes().length === 4);
    expect((await store.reader.findByOid(fields.oid))?.oid).toBe(fields.oid);
    // A warning is said once, and an AOF is no reason for one.
    expect(told.filter((line) => line.startsWith("warning"))).toEqual([]);
    await store.close();
    await server.stop();
    expect(changes()).toHaveLength(4);
  }, 60_000);

  test("a frozen server is told of within the time of an operation, and that it is back", async () => {
    const server = await startServer();
    const { events, changes } = listen();
    const store = await openLastingValkeyStore({ ...optionsFor(server.port), events, checkEveryMs: 50 });
    server.freeze();
    await waitFor("the fault", () => changes().length >= 2, 5000);
    expect(changes()[1]).toMatch(/^down ERR_STORE_(TIMEOUT|UNAVAILABLE)$/);
    server.thaw();
    await waitFor("its return", () => changes().at(-1)?.startsWith("up") === true, 10_000);
    await store.close();
    await server.stop();
  }, 30_000);

  test("a new reason is told too; the known fault is the last one, until all is well", async () => {
    const server = await startServer({ args: ["--appendonly", "yes"] });
    const admin = server.client();
    await admin.call("ACL", "SETUSER", "wca", "on", ">right", "~*", "&*", "+@all");
    const { told, events, changes } = listen();
    const login = { username: "wca", password: "right" };
    const options = { ...optionsFor(server.port, { login }), events, checkEveryMs: 50 };
    const { reader, close } = await openLastingValkeyStore(options);
    expect(reader.knownFault?.()).toBeUndefined();
    await server.kill();
    await waitFor("the loss", () => changes().includes("down ERR_STORE_UNAVAILABLE"));
    expect(reader.knownFault?.()).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    // The user was never saved: it is another server now.
    await server.restart();
    await waitFor("the new reason", () => changes().includes("down ERR_STORE_ACCESS"));
    await waitFor("it as the fault", () => reader.knownFault?.()?.code === "ERR_STORE_ACCESS");
    expect(reader.knownFault?.()).toMatchObject({ message: expect.stringContaining(`:${server.port}`) });
    await server.client().call("ACL", "SETUSER", "wca", "on", ">right", "~*", "&*", "+@all");
    await waitFor("the return", () => changes().at(-1)?.startsWith("up") === true);
    expect(reader.knownFault?.()).toBeUndefined();
    // Each reason once, however often it was met.
    expect(told.filter((line) => line === "down ERR_STORE_ACCESS")).toHaveLength(1);
    await close();
    await server.stop();
  }, 60_000);

  test("all cookies gone, by FLUSHALL or a restart that saved nothing, is a warning once each", async () => {
    const server = await startServer();
    const { told, events, changes } = listen();
    const store = await openLastingValkeyStore({ ...optionsFor(server.port), events, checkEveryMs: 50 });
    const losses = () => told.filter((line) => line.startsWith("warning the store is empty"));
    /** Nobody else reads here but the watch, by a script. */
    const countReads = async (): Promise<number> => {
      const stats = await server.client().info("commandstats");
      return Number(/cmdstat_evalsha_ro:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const waitForLooks = async (): Promise<void> => {
      const before = await countReads();
      await waitFor("two more looks", async () => (await countReads()) >= before + 2);
    };
    const write = async (): Promise<void> => {
      await store.writer.write((on) => on.put(makeFields()));
      await waitForLooks();
    };
    // A store that nobody has written to is empty, and has lost nothing.
    await waitForLooks();
    expect(losses()).toHaveLength(0);
    await write();
    await server.client().flushall();
    await waitFor("the first loss", () => losses().length === 1);
    await waitForLooks();
    expect(losses()).toHaveLength(1);
    await write();
    await server.restart();
    await waitFor("the second loss", () => losses().length === 2, 10_000);
    expect(changes().at(-1)).toMatch(/^up /);
    await store.close();
    await server.stop();
  }, 60_000);

  test("what doesn't pass by itself is an error at the start: a wrong password, foreign keys", async () => {
    const server = await startServer({ args: ["--requirepass", "right"] });
    const { told, events } = listen();
    const wrong = { ...optionsFor(server.port, { login: { password: "wrong" } }), events };
    await expect(openLastingValkeyStore(wrong)).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
    await server.client({ password: "right" }).set("{lasting}:m", "foreign");
    const right = { ...wrong, login: { password: "right" } };
    await expect(openLastingValkeyStore(right)).rejects.toMatchObject({ code: "ERR_STORE_SERVER" });
    expect(told.filter((line) => !line.startsWith("warning"))).toEqual([]);
    await server.stop();
  }, 30_000);
});
