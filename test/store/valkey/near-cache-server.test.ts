// The near cache on real servers: told of every change, off when it can't be sure, and how long a revoked cookie passes.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { makeOid } from "../../../src/record/make-oid.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { freePort } from "../../support/crossbar-ports.js";
import { openLateLine } from "../../support/valkey-late-line.js";
import {
  KEYS,
  MAX_STALE_MS,
  type NearCacheScene,
  openNearCache,
  passingTime,
  recordOf,
} from "../../support/valkey-near-cache.js";
import { openLine } from "../../support/valkey-proxy.js";
import {
  findServers,
  serverMissing,
  startServer,
  stopServers,
  type ValkeyServer,
} from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";

const scenes: NearCacheScene[] = [];
const stores: CookieStore[] = [];
const lines: { close(): Promise<void> }[] = [];

function open(...[options, changes]: Parameters<typeof openNearCache>): NearCacheScene {
  const scene = openNearCache(options, changes);
  scenes.push(scene);
  return scene;
}

afterEach(async () => {
  await Promise.all(scenes.splice(0).map(({ reader }) => reader.close()));
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(lines.splice(0).map((line) => line.close()));
});
afterAll(stopServers);

const isOn = (scene: NearCacheScene) => waitFor("a near cache that is on", () => scene.figures().isOn);
const isOff = (scene: NearCacheScene) => waitFor("a near cache that is off", () => !scene.figures().isOn);

/** Looks it up until it comes from memory. */
async function keep({ reader }: Pick<NearCacheScene, "reader">, value: string): Promise<void> {
  for (let found = reader.findByValue(value); found instanceof Promise; ) {
    await found;
    found = reader.findByValue(value);
  }
}

describeUnless(serverMissing(), "the near cache on a server", () => {
  describe.each(findServers())("$name $version", ({ binary }) => {
    let server: ValkeyServer;
    let other: Redis;

    beforeAll(async () => {
      server = await startServer({ binary });
      other = server.client();
    });

    test("is told of a record that is deleted, replaced, expired, and of a new use", async () => {
      const scene = open({ servers: [server] });
      const { reader } = scene;
      await other.set(KEYS.record("v"), recordOf("v"));
      await isOn(scene);
      await keep(scene, "v");
      const before = scene.asked();
      for (let time = 0; time < 100; time += 1) expect(reader.findByValue("v")).not.toBeInstanceOf(Promise);
      expect(scene.asked()).toBe(before);

      await other.set(KEYS.record("v"), recordOf("v", "ann"));
      await waitFor("the new record", async () => (await reader.findByValue("v"))?.authid === "ann");
      await keep(scene, "v");
      await other.del(KEYS.record("v"));
      await waitFor("no record", async () => (await reader.findByValue("v")) === undefined);

      await other.set(KEYS.record("v"), recordOf("v"), "PX", 50);
      await waitFor("the expiry", async () => (await reader.findByValue("v")) === undefined);

      await other.set(KEYS.record("v"), recordOf("v"));
      await waitFor("an answer from memory with no use", async () => {
        const found = reader.findUsed({ value: "v" });
        return !(found instanceof Promise) && found?.use === undefined;
      });
      await other.set(KEYS.use("v"), Buffer.from("00000000000000ff", "hex"));
      await waitFor("the use", async () => (await reader.findUsed({ value: "v" }))?.use?.lastUsedNs === 255n);
    });

    test("knows values of any text, and isn't woken by other keys", async () => {
      const scene = open({ servers: [server] });
      await isOn(scene);
      const values = ["a,b", "ü 🍪", " { } \n", "x".repeat(300)];
      for (const value of values) {
        await other.set(KEYS.record(value), recordOf(value));
        await keep(scene, value);
      }
      await other.set("{wca}:x:v", "1");
      await other.set("somebody:else", "1");
      await other.set(`${KEYS.record("a")}bc`, recordOf("abc"));
      for (const value of values) expect(scene.reader.findByValue(value)).not.toBeInstanceOf(Promise);
      for (const value of values) {
        await other.del(KEYS.record(value));
        await waitFor("no record", async () => (await scene.reader.findByValue(value)) === undefined);
      }
    });

    test("a revoked cookie passes for a moment, and less than the limit", async () => {
      const scene = open({ servers: [server] });
      await isOn(scene);
      const passedMs: number[] = [];
      for (let time = 0; time < 100; time += 1) {
        await other.set(KEYS.record("r"), recordOf("r"));
        await keep(scene, "r");
        await other.del(KEYS.record("r"));
        passedMs.push(await passingTime(scene, "r"));
      }
      expect(Math.max(...passedMs)).toBeLessThanOrEqual(MAX_STALE_MS);
    });

    test("a revoked cookie passes no longer than the limit when changes don't come through", async () => {
      const line = await openLine(server);
      lines.push(line);
      const scene = open({ servers: [server] }, { servers: [line] });
      const passedMs: number[] = [];
      for (const waitMs of [0, 20, 50]) {
        await other.set(KEYS.record("f"), recordOf("f"));
        await isOn(scene);
        await keep(scene, "f");
        const untilMs = performance.now() + waitMs;
        await waitFor("another point of the beat", () => performance.now() >= untilMs);
        line.cut();
        await other.del(KEYS.record("f"));
        passedMs.push(await passingTime(scene, "f"));
        expect(scene.figures().isOn).toBe(false);
        line.heal();
      }
      expect(Math.max(...passedMs)).toBeLessThanOrEqual(MAX_STALE_MS);
      // Beyond any doubt that it was a matter of time, and of this length.
      expect(Math.max(...passedMs)).toBeGreaterThan(MAX_STALE_MS / 4);
      await isOn(scene);
    });

    test("what this process has written is known to it at once, before the server tells the change", async () => {
      const line = await openLateLine(server, 100);
      lines.push(line);
      const store = await openValkeyStore({
        servers: [line],
        topology: { kind: "single" },
        prefix: "own",
        timeoutMs: 1000,
        nearCache: { maxCookies: 100, maxStaleMs: 60_000 },
      });
      stores.push(store);
      const { reader, writer } = store;
      const createdNs = BigInt(Date.now()) * 1_000_000n;
      const oid = makeOid(createdNs);
      const put = (authid: string) =>
        writer.write((transaction) => {
          transaction.put({ oid, createdNs, authid, value: transaction.toStoredValue("v") });
        });
      await put("joe");
      await waitFor("a near cache that is on", async () => (await reader.info()).nearCache?.isOn);
      await keep({ reader }, "v");
      for (let time = 0; time < 5; time += 1) {
        await put(`user ${time}`);
        expect((await reader.findByValue("v"))?.authid).toBe(`user ${time}`);
        await keep({ reader }, "v");
        await reader.findUsed({ value: "v" });
        const use = { lastUsedNs: BigInt(time + 1) };
        await writer.write((transaction) => transaction.putUse(oid, use));
        expect((await reader.findUsed({ value: "v" }))?.use).toEqual(use);
        // On a busy machine there may be no sign of life that is young enough just now.
        await waitFor("the record", () => !(reader.findByValue("v") instanceof Promise));
      }
      await writer.write((transaction) => transaction.delete(oid));
      expect(await reader.findByValue("v")).toBeUndefined();
      expect(await reader.findUsed({ value: "v" })).toBeUndefined();
    });

    test("forgets all when the server is emptied", async () => {
      const scene = open({ servers: [server] });
      await other.set(KEYS.record("v"), recordOf("v"));
      await isOn(scene);
      await keep(scene, "v");
      await other.flushall();
      await waitFor("nothing kept", () => scene.figures().entries === 0);
      expect(await scene.reader.findByValue("v")).toBeUndefined();
    });

    test("forgets all with a lost connection, and comes back", async () => {
      const scene = open({ servers: [server] });
      await other.set(KEYS.record("v"), recordOf("v"));
      for (let time = 0; time < 3; time += 1) {
        await isOn(scene);
        await keep(scene, "v");
        await other.call("CLIENT", "KILL", "TYPE", "pubsub");
        await waitFor("nothing kept", () => scene.figures().entries === 0);
        expect((await scene.reader.findByValue("v"))?.authid).toBe("joe");
      }
      await isOn(scene);
      expect(scene.troubles).toEqual([]);
    });

    test("is off while the server stands still, and on again afterwards", async () => {
      const scene = open({ servers: [server] });
      await other.set(KEYS.record("v"), recordOf("v"));
      await isOn(scene);
      await keep(scene, "v");
      server.freeze();
      try {
        await isOff(scene);
        await expect(scene.reader.findByValue("v")).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_STORE_/),
        });
      } finally {
        server.thaw();
      }
      await isOn(scene);
      await keep(scene, "v");
    });

    test("is off after a restart until it is told changes again", async () => {
      const own = await startServer({ binary });
      const scene = open({ servers: [own] });
      await own.client().set(KEYS.record("v"), recordOf("v"));
      await isOn(scene);
      await keep(scene, "v");
      await own.kill();
      await isOff(scene);
      expect(scene.figures().entries).toBe(0);
      await own.restart();
      await isOn(scene);
      expect(await scene.reader.findByValue("v")).toBeUndefined();
      await own.stop();
    });

    test("stays off where changes are told by another server than the one that look-ups ask", async () => {
      const stranger = await startServer({ binary });
      const scene = open({ servers: [server] }, { servers: [stranger] });
      await other.set(KEYS.record("v"), recordOf("v"));
      await waitFor("several tries", async () => {
        await scene.reader.findByValue("v");
        const stats = /total_connections_received:(\d+)/.exec(await stranger.client().info("stats"))?.[1];
        expect(scene.figures().isOn).toBe(false);
        return Number(stats) > 6;
      });
      expect(scene.figures()).toMatchObject({ hits: 0, shared: 0 });
      await stranger.stop();
    });

    test("is off on a server that isn't the primary any more", async () => {
      const own = await startServer({ binary });
      const scene = open({ servers: [own] });
      const admin = own.client();
      await admin.set(KEYS.record("v"), recordOf("v"));
      await isOn(scene);
      await keep(scene, "v");
      await admin.replicaof("127.0.0.1", await freePort());
      await isOff(scene);
      await waitFor("nothing kept", () => scene.figures().entries === 0);
      await admin.replicaof("NO", "ONE");
      await isOn(scene);
      await own.stop();
    });

    test("says once why it can't be on, and look-ups go on", async () => {
      const own = await startServer({ binary });
      const admin = own.client();
      await admin.set(KEYS.record("v"), recordOf("v"));
      await admin.call("ACL", ["SETUSER", "wca", "on", ">pw", "~{wca}:*", "+@all", "-client|tracking", "&*"]);
      const scene = open({ servers: [own], login: { username: "wca", password: "pw" } });
      await waitFor("a trouble", () => scene.troubles.length > 0);
      expect(scene.troubles[0]).toMatchObject({ code: "ERR_STORE_ACCESS" });
      expect(scene.troubles[0]?.message).toMatch(
        /^the near cache is off, and every look-up asks the server: /,
      );
      const refusals = async () =>
        Number(/acl_access_denied_cmd:(\d+)/.exec(await admin.info("stats"))?.[1] ?? 9);
      await waitFor("another try", async () => (await refusals()) > 2);
      expect(scene.troubles).toHaveLength(1);
      expect((await scene.reader.findByValue("v"))?.authid).toBe("joe");
      await admin.call("ACL", "SETUSER", "wca", "+client|tracking");
      await isOn(scene);
      await own.stop();
    });

    test("leaves nothing behind: no connection, no answer from memory", async () => {
      const own = await startServer({ binary });
      const admin = own.client();
      await admin.set(KEYS.record("v"), recordOf("v"));
      const scene = open({ servers: [own] });
      await isOn(scene);
      await keep(scene, "v");
      await scene.close();
      await scene.close();
      expect(scene.figures()).toMatchObject({ isOn: false, entries: 0 });
      expect(scene.reader.findByValue("v")).toBeInstanceOf(Promise);
      expect(await scene.reader.findByValue("v")).toBeDefined();
      await scene.reader.close();
      await waitFor("only the test's own connection", async () => {
        const list = String(await admin.client("LIST"));
        return list.trim().split("\n").length === 1;
      });
      await own.stop();
    });

    test("can be closed while there is no server, and while it is being opened", async () => {
      const nobody = open({ servers: [{ host: "127.0.0.1", port: await freePort() }] });
      await nobody.close();
      for (let time = 0; time < 5; time += 1) {
        const scene = open({ servers: [server] });
        await new Promise(setImmediate);
        await scene.close();
        expect(scene.figures().isOn).toBe(false);
      }
    });
  });
});
