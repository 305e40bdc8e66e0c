// Writes that must be on replicas before they count: the server's WAIT and min-replicas-to-write.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import type { Script } from "../../../src/store/valkey/valkey-client.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import {
  findServers,
  serverMissing,
  startServer,
  stopServers,
  type ValkeyServer,
} from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { clientOn, closeClients, SET, timed } from "./client-on.js";

const QUICK = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];

afterEach(async () => {
  await closeClients();
  await stopServers();
});

interface Pair {
  readonly primary: ValkeyServer;
  readonly replica: ValkeyServer;
  readonly admin: Redis;
}

async function startPair(binary: string): Promise<Pair> {
  const primary = await startServer({ binary, args: QUICK });
  const replica = await startServer({ binary, args: [...QUICK, "--replicaof", `127.0.0.1 ${primary.port}`] });
  const admin = primary.client();
  await admin.set("before", "1");
  await waitFor("the replica follows", async () => (await admin.wait(1, 100)) === 1);
  return { primary, replica, admin };
}

/** Made once for each token; a repetition changes something too, as the store's commits do. */
const ONCE: Script = {
  name: "once",
  source: `
    if redis.call('EXISTS', KEYS[2]) == 1 then
      redis.call('PEXPIRE', KEYS[2], 60000)
      return 'repeated'
    end
    redis.call('INCR', KEYS[1])
    redis.call('SET', KEYS[2], '1', 'PX', 60000)
    return 'made'`,
};

describeUnless(serverMissing(), "client that waits for replicas", () => {
  describe.each(findServers())("on $name $version", ({ binary }) => {
    test("a write that a replica has is done", async () => {
      const { primary, replica } = await startPair(binary);
      const client = clientOn(primary, { wait: { replicas: 1, timeoutMs: 2000 } });
      expect(await client.write(SET, ["{wca}:a"], ["1"])).toEqual(Buffer.from("OK"));
      expect(await replica.client().get("{wca}:a")).toBe("1");
    });

    test("writes at once share a WAIT", async () => {
      const { primary, admin } = await startPair(binary);
      const client = clientOn(primary, { wait: { replicas: 1, timeoutMs: 2000 } });
      await client.write(SET, ["{wca}:a"], ["1"]);
      await admin.config("RESETSTAT");
      await Promise.all(Array.from({ length: 100 }, (_, at) => client.write(SET, [`{wca}:${at}`], ["1"])));
      const calls = /cmdstat_wait:calls=(\d+),/.exec(await admin.info("commandstats"))?.[1];
      expect(Number(calls)).toBeLessThanOrEqual(2);
    });

    test("a write that no replica confirms is told as made, but not safe", async () => {
      const { primary, replica } = await startPair(binary);
      const client = clientOn(primary, { wait: { replicas: 1, timeoutMs: 100 } });
      await client.write(SET, ["{wca}:a"], ["1"]);
      replica.freeze();
      const calls = await Promise.all(
        ["b", "c"].map((name) => timed(() => client.write(SET, [`{wca}:${name}`], ["1"]))),
      );
      for (const { error } of calls) {
        expect(error).toMatchObject({
          code: "ERR_STORE_REPLICAS",
          details: { isWritten: true, asked: 1, confirmed: 0 },
        });
      }
      expect(await client.getMany(["{wca}:b"])).toEqual([Buffer.from("1")]);
      replica.thaw();
      await waitFor("it is confirmed again", () =>
        client.write(SET, ["{wca}:d"], ["1"]).then(
          () => true,
          () => false,
        ),
      );
    });

    test("without any replica too", async () => {
      const client = clientOn(await startServer({ binary }), { wait: { replicas: 1, timeoutMs: 50 } });
      const write = client.write(SET, ["{wca}:a"], ["1"]);
      await expect(write).rejects.toMatchObject({ code: "ERR_STORE_REPLICAS", details: { isWritten: true } });
    });

    test("look-ups don't wait for replicas", async () => {
      const { primary, replica } = await startPair(binary);
      const client = clientOn(primary, { wait: { replicas: 1, timeoutMs: 3000 } });
      await client.write(SET, ["{wca}:a"], ["1"]);
      replica.freeze();
      const write = client.write(SET, ["{wca}:b"], ["1"]);
      const { ms, error } = await timed(() => client.getMany(["{wca}:a"]));
      expect([ms < 1000, error]).toEqual([true, undefined]);
      replica.thaw();
      await write;
    });

    test("a wait longer than an operation may take is ERR_STORE_TIMEOUT", async () => {
      const { primary, replica } = await startPair(binary);
      const client = clientOn(primary, { timeoutMs: 400, wait: { replicas: 1, timeoutMs: 5000 } });
      await client.write(SET, ["{wca}:a"], ["1"]);
      replica.freeze();
      const { ms, error } = await timed(() => client.write(SET, ["{wca}:b"], ["1"]));
      expect(error).toMatchObject({
        code: "ERR_STORE_TIMEOUT",
        details: { mayBeWritten: true, operation: "script set" },
      });
      expect(ms).toBeLessThan(1400);
      expect(client.events).toEqual(["up"]);
    });

    test("a write whose WAIT was lost with the connection is sent again, and waits for the replicas again", async () => {
      const { primary, replica, admin } = await startPair(binary);
      const client = clientOn(primary, { timeoutMs: 10_000, wait: { replicas: 1, timeoutMs: 5000 } });
      await client.write(ONCE, ["{wca}:n", "{wca}:t:0"], []);
      replica.freeze();
      const state = { isOver: false };
      const write = client.write(ONCE, ["{wca}:n", "{wca}:t:1"], []).finally(() => {
        state.isOver = true;
      });
      await waitFor("it is made", async () => (await admin.get("{wca}:n")) === "2");
      await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await waitFor("it is sent again, and waits", async () =>
        /blocked_clients:1\b/.test(await admin.info("clients")),
      );
      expect(state.isOver).toBe(false);
      replica.thaw();
      expect(String(await write)).toBe("repeated");
      expect(await replica.client().get("{wca}:n")).toBe("2");
    });

    test("a server with too few replicas refuses, and nothing is written", async () => {
      const server = await startServer({ binary, args: ["--min-replicas-to-write", "1"] });
      const client = clientOn(server);
      const write = client.write(SET, ["{wca}:a"], ["1"]);
      await expect(write).rejects.toMatchObject({
        code: "ERR_STORE_REPLICAS",
        details: { isWritten: false, reply: "NOREPLICAS" },
      });
      expect(await client.getMany(["{wca}:a"])).toEqual([null]);
    });
  });
});
