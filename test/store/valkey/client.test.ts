// The client on real servers: commands, scripts, lost connections, faults of the server.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Script } from "../../../src/store/valkey/valkey-client.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { findServers, serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { clientOn, closeClients, GET, SET, timed } from "./client-on.js";

afterEach(async () => {
  await closeClients();
  await stopServers();
});

describeUnless(serverMissing(), "client", () => {
  describe.each(findServers())("on $name $version", ({ name, binary, version }) => {
    test("hands bytes through as they are", async () => {
      const client = clientOn(await startServer({ binary }));
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      expect(await client.write(SET, ["{wca}:ü"], [bytes])).toEqual(Buffer.from("OK"));
      expect(await client.read(GET, ["{wca}:ü"], [])).toEqual(bytes);
      expect(await client.getMany(["{wca}:none", "{wca}:ü"])).toEqual([null, bytes]);
    });

    test("hands lists, numbers and nothing through", async () => {
      const client = clientOn(await startServer({ binary }));
      const script = { name: "list", source: "return {1, 'two', false, {}, {3, {'four'}}}" };
      const expected = [1, Buffer.from("two"), null, [], [3, [Buffer.from("four")]]];
      expect(await client.read(script, ["{wca}:a"], [])).toEqual(expected);
      expect(await client.write(script, ["{wca}:a"], [])).toEqual(expected);
    });

    test("answers each of many look-ups at once with its own values", async () => {
      const client = clientOn(await startServer({ binary }));
      const keys = Array.from({ length: 1500 }, (_, at) => `{wca}:${at}`);
      await Promise.all(keys.map((key) => client.write(SET, [key], [key])));
      const answers = await Promise.all(
        keys.map((key, at) => client.getMany(at % 2 === 0 ? [key] : ["{wca}:none", key])),
      );
      expect(answers.map((values) => values.map(String))).toEqual(
        keys.map((key, at) => (at % 2 === 0 ? [key] : ["null", key])),
      );
    });

    test("takes more keys and arguments than a call of a function can have", async () => {
      const client = clientOn(await startServer({ binary }), { timeoutMs: 20_000 });
      const many = Array.from({ length: 200_000 }, (_, at) => `{wca}:${at}`);
      const count = { name: "count", source: "return {#KEYS, #ARGV}" };
      expect(await client.write(count, many.slice(0, 1000), many)).toEqual([1000, 200_000]);
      expect(await client.read(count, many, [])).toEqual([200_000, 0]);
      expect(await client.getMany(many)).toHaveLength(200_000);
      expect(client.events).toEqual(["up"]);
    });

    test("what can't be sent fails alone, and its connection stays", async () => {
      const client = clientOn(await startServer({ binary }));
      const unsendable: Script = {
        name: "unsendable",
        get source(): string {
          throw new RangeError("Maximum call stack size exceeded");
        },
      };
      const calls = [unsendable, SET].map((script) => client.write(script, ["{wca}:a"], ["1"]));
      const [refused, done] = await Promise.allSettled(calls);
      expect(refused).toMatchObject({ status: "rejected", reason: { code: "ERR_STORE_SERVER" } });
      expect(done).toEqual({ status: "fulfilled", value: Buffer.from("OK") });
      expect(client.events).toEqual(["up"]);
    });

    test("a server that has its maxclients is waited for", async () => {
      const server = await startServer({ binary, args: ["--maxclients", "2"] });
      const held = [server.client(), server.client()];
      for (const one of held) await one.ping();
      const late = clientOn(server, { timeoutMs: 300 });
      await expect(late.getMany(["{wca}:a"])).rejects.toMatchObject({
        code: "ERR_STORE_UNAVAILABLE",
        hint: expect.stringContaining("maxclients"),
      });
      for (const one of held) one.disconnect();
      await waitFor("its turn", () => late.events.includes("up"));
      expect(await late.getMany(["{wca}:a"])).toEqual([null]);
    });

    test("look-ups of one turn are one command", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      const admin = server.client();
      await client.getMany(["{wca}:a"]);
      await admin.config("RESETSTAT");
      await Promise.all(Array.from({ length: 100 }, (_, at) => client.getMany([`{wca}:${at}`])));
      expect(await admin.info("commandstats")).toMatch(/cmdstat_mget:calls=1,/);
    });

    test("nobody notices that the server forgets its scripts", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      const admin = server.client();
      for (let round = 0; round < 20; round++) {
        const calls = Array.from({ length: 20 }, (_, at) => client.write(SET, [`{wca}:${at}`], [`${round}`]));
        const reads = Array.from({ length: 20 }, () => client.read(GET, ["{wca}:0"], []));
        await Promise.all([...calls, admin.script("FLUSH"), ...reads]);
      }
      expect(await client.getMany(["{wca}:19"])).toEqual([Buffer.from("19")]);
    });

    test("a script that may only read can't write", async () => {
      const client = clientOn(await startServer({ binary }));
      await expect(client.read(SET, ["{wca}:a"], ["secret"])).rejects.toMatchObject({
        code: "ERR_STORE_SERVER",
      });
      expect(await client.getMany(["{wca}:a"])).toEqual([null]);
    });

    test("facts", async () => {
      const server = await startServer({ binary, args: ["--maxmemory", "64mb"] });
      const client = clientOn(server);
      expect(await client.facts()).toEqual({
        role: "primary",
        server: name,
        version,
        address: `127.0.0.1:${server.port}`,
        usedBytes: expect.any(Number),
        maxSizeBytes: 64 * 2 ** 20,
        evictionPolicy: "noeviction",
        isPersistent: false,
        connectedReplicas: 0,
      });
      await server.client().config("SET", "appendonly", "yes");
      expect((await client.facts()).isPersistent).toBe(true);
    });

    test("calls wait for a server that is started again", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      await client.write(SET, ["{wca}:a"], ["1"]);
      const killed = server.kill();
      const calls = Array.from({ length: 50 }, (_, at) => [
        client.write(SET, [`{wca}:${at}`], ["2"]),
        client.getMany(["{wca}:a"]),
      ]).flat();
      await killed;
      await waitFor("the loss is noticed", () => client.events.length === 2);
      await server.restart();
      await Promise.all(calls);
      expect(client.events).toEqual(["up", "down ERR_STORE_UNAVAILABLE", "up"]);
    });

    test("a call that comes before the server is there waits for it", async () => {
      const server = await startServer({ binary });
      await server.kill();
      const client = clientOn(server);
      const call = client.write(SET, ["{wca}:a"], ["1"]);
      await waitFor("a failed try", () => client.events.length === 1);
      await server.restart();
      expect(await call).toEqual(Buffer.from("OK"));
      await waitFor("both connections", () => client.events.length === 2);
      expect(client.events).toEqual(["down ERR_STORE_UNAVAILABLE", "up"]);
    });

    test("without a server each call ends in its time, and says why", async () => {
      const server = await startServer({ binary });
      await server.kill();
      const client = clientOn(server, { timeoutMs: 300 });
      for (const call of [() => client.getMany(["{wca}:a"]), () => client.write(SET, ["{wca}:a"], ["1"])]) {
        const { ms, error } = await timed(call);
        expect(error).toMatchObject({
          code: "ERR_STORE_UNAVAILABLE",
          message: expect.stringContaining("ECONNREFUSED"),
          hint: expect.any(String),
          details: { mayBeWritten: false },
        });
        expect(ms).toBeGreaterThan(250);
        expect(ms).toBeLessThan(1300);
      }
    });

    test("a frozen server holds nobody longer than the time, and is used again when it goes on", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server, { timeoutMs: 600 });
      await client.write(SET, ["{wca}:a"], ["1"]);
      server.freeze();
      for (let round = 0; round < 2; round++) {
        const both = await Promise.all([
          timed(() => client.getMany(["{wca}:a"])),
          timed(() => client.write(SET, ["{wca}:a"], ["2"])),
        ]);
        for (const { ms, error } of both) {
          expect(error).toMatchObject({
            code: "ERR_STORE_UNAVAILABLE",
            message: expect.stringContaining("no answer"),
          });
          expect(ms).toBeLessThan(1600);
        }
      }
      server.thaw();
      await waitFor("it answers again", () =>
        client.getMany(["{wca}:a"]).then(
          () => true,
          () => false,
        ),
      );
      await waitFor("both connections", () => client.events.length === 3);
      expect(client.events).toEqual(["up", "down ERR_STORE_UNAVAILABLE", "up"]);
    });

    test("connections that the server ends don't lose a call", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      const admin = server.client();
      for (let round = 0; round < 10; round++) {
        const calls = Array.from({ length: 20 }, (_, at) => [
          client.write(SET, [`{wca}:${at}`], [`${round}`]),
          client.getMany([`{wca}:${at}`]),
        ]).flat();
        await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Promise.all(calls);
      }
      expect(await client.getMany(["{wca}:19"])).toEqual([Buffer.from("9")]);
    });

    test("a full server takes no writes, and look-ups go on", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      await client.write(SET, ["{wca}:a"], ["1"]);
      await server.client().config("SET", "maxmemory", "1");
      await expect(client.write(SET, ["{wca}:b"], ["1"])).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
      expect(await client.getMany(["{wca}:a"])).toEqual([Buffer.from("1")]);
    });

    test("a server that can't save takes no writes, and says so", async () => {
      const server = await startServer({ binary, args: ["--dbfilename", "taken.rdb"] });
      const client = clientOn(server);
      const admin = server.client();
      // A snapshot fails where the place of its file is taken by a directory that isn't empty.
      mkdirSync(join(server.directory, "taken.rdb", "inner"), { recursive: true });
      await admin.config("SET", "save", "3600 1");
      await client.write(SET, ["{wca}:a"], ["1"]);
      await admin.bgsave();
      await waitFor("the snapshot has failed", async () =>
        /rdb_last_bgsave_status:err/.test(await admin.info("persistence")),
      );
      const write = client.write(SET, ["{wca}:b"], ["1"]);
      await expect(write).rejects.toMatchObject({
        code: "ERR_STORE_UNAVAILABLE",
        details: { reply: "MISCONF" },
      });
      expect(await client.getMany(["{wca}:a"])).toEqual([Buffer.from("1")]);
    });

    test("a key of another type is ERR_STORE_SERVER, and nothing of the arguments is told", async () => {
      const client = clientOn(await startServer({ binary }));
      const script = {
        name: "list",
        source: "redis.call('RPUSH', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])",
      };
      const error = await client
        .write(script, ["{wca}:a"], ["very secret"])
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_STORE_SERVER", details: { reply: "WRONGTYPE" } });
      expect(error).not.toHaveProperty("cause");
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
    });

    test("a script's own fault names its line, and nothing of the arguments", async () => {
      const client = clientOn(await startServer({ binary }));
      const script = { name: "broken", source: "local a = 1\nerror('found ' .. ARGV[1])" };
      const error = await client
        .write(script, ["{wca}:a"], ["very secret"])
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: "ERR_STORE_SERVER",
        details: { line: 2, operation: "script broken" },
      });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
    });

    test("a replica isn't used, unless for reading only", async () => {
      const primary = await startServer({ binary, args: ["--repl-diskless-sync-delay", "0"] });
      const replica = await startServer({ binary, args: ["--replicaof", `127.0.0.1 ${primary.port}`] });
      await clientOn(primary).write(SET, ["{wca}:a"], ["1"]);
      const client = clientOn(replica, { timeoutMs: 300 });
      const refused = {
        code: "ERR_STORE_UNAVAILABLE",
        message: expect.stringContaining("isn't the primary"),
      };
      await expect(client.getMany(["{wca}:a"])).rejects.toMatchObject(refused);
      await expect(client.write(SET, ["{wca}:a"], ["2"])).rejects.toMatchObject(refused);
      const reader = clientOn(replica, { readOnly: true });
      await waitFor("the replica has it", async () => String(await reader.getMany(["{wca}:a"])) === "1");
      await expect(reader.write(SET, ["{wca}:a"], ["2"])).rejects.toMatchObject({
        code: "ERR_STORE_READ_ONLY",
      });
    });

    test("a primary that becomes a replica is left, and used again as a primary", async () => {
      const other = await startServer({ binary });
      const server = await startServer({ binary });
      const client = clientOn(server, { timeoutMs: 10_000 });
      await client.write(SET, ["{wca}:a"], ["1"]);
      const admin = server.client();
      await admin.replicaof(other.host, other.port);
      const write = client.write(SET, ["{wca}:a"], ["2"]);
      await waitFor("it is left", () => client.events.length === 2);
      await admin.replicaof("NO", "ONE");
      expect(await write).toEqual(Buffer.from("OK"));
      await waitFor("both connections", () => client.events.at(-1) === "up");
    });

    test("close ends what is under way, and what comes after", async () => {
      const server = await startServer({ binary });
      const client = clientOn(server);
      await client.getMany(["{wca}:a"]);
      server.freeze();
      const call = client.write(SET, ["{wca}:a"], ["1"]);
      const closed = { code: "ERR_STORE_CLOSED" };
      const rejected = expect(call).rejects.toMatchObject(closed);
      const { ms } = await timed(() => client.close());
      await rejected;
      expect(ms).toBeLessThan(1000);
      await expect(client.getMany(["{wca}:a"])).rejects.toMatchObject(closed);
      await expect(client.write(SET, ["{wca}:a"], ["1"])).rejects.toMatchObject(closed);
      await expect(client.facts()).rejects.toMatchObject(closed);
      await client.close();
    });

    test("close ends a client that never had a connection", async () => {
      const server = await startServer({ binary });
      server.freeze();
      const client = clientOn(server, { timeoutMs: 60_000 });
      const call = client.getMany(["{wca}:a"]);
      const rejected = expect(call).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
      const { ms } = await timed(() => client.close());
      await rejected;
      expect(ms).toBeLessThan(1000);
    });
  });
});
