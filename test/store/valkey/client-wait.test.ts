// Writes that must be on replicas before they count: the server's WAIT and min-replicas-to-write.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { makeOid } from "../../../src/record/make-oid.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
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

    test("a script that has written nothing needs none", async () => {
      const client = clientOn(await startServer({ binary }), { wait: { replicas: 1, timeoutMs: 50 } });
      const verdict: Script = {
        name: "verdict",
        source: "return ARGV[1]",
        isWritten: (reply) => String(reply) === "made",
      };
      const calls = ["conflict", "made"].map((is) => client.write(verdict, ["{wca}:a"], [is]));
      const [conflict, made] = await Promise.allSettled(calls);
      expect(conflict).toEqual({ status: "fulfilled", value: Buffer.from("conflict") });
      expect(made).toMatchObject({ status: "rejected", reason: { code: "ERR_STORE_REPLICAS" } });
    });

    test("nor does a transaction that has to begin again", async () => {
      const server = await startServer({ binary });
      const { host, port } = server;
      const options = {
        servers: [{ host, port }],
        topology: { kind: "single" },
        prefix: "wca",
        timeoutMs: 5000,
      } as const;
      const [plain, strict] = await Promise.all([
        openValkeyStore(options),
        openValkeyStore({ ...options, wait: { replicas: 1, timeoutMs: 50 } }),
      ]);
      const createdNs = BigInt(Date.now()) * 1_000_000n;
      const oid = makeOid(createdNs);
      const fields = (value: string) => ({ oid, createdNs, value });
      await plain.writer.write((t) => void t.put(fields(t.toStoredValue("a".repeat(24)))));
      let runs = 0;
      const write = strict.writer.write((t) => {
        runs += 1;
        if (runs === 2) throw new Error("begun again");
        // Held to be free, until the commit's verdict.
        t.put(fields(t.toStoredValue("b".repeat(24))));
      });
      await expect(write).rejects.toThrow("begun again");
      await Promise.all([plain.close(), strict.close()]);
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
