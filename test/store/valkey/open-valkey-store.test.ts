// Opening a store: marks of every kind, servers that should be set otherwise, users without the rights.

import { expect, test } from "@jest/globals";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import { listAll, makeFields } from "../conformance.js";
import { describeEachServer, newPrefix } from "./each-server.js";

const SERVER = { code: "ERR_STORE_SERVER" };
const VALUES = { code: "ERR_STORE_VALUES" };

describeEachServer("opening", ({ options, redis, server }) => {
  /** A store with one cookie, closed. */
  async function made(hashValues: boolean) {
    const asked = options({ hashValues });
    const store = await openValkeyStore(asked);
    const fields = makeFields();
    await store.writer.write((on) => on.put({ ...fields, value: on.toStoredValue(fields.value) }));
    await store.close();
    return { asked, keys: valkeyKeys(asked.prefix), fields };
  }

  test("opening writes nothing; the first commit makes the store", async () => {
    const asked = options();
    const keys = valkeyKeys(asked.prefix);
    const store = await openValkeyStore(asked);
    expect(await redis().keys(`${keys.start}:*`)).toEqual([]);
    expect(await store.reader.marks()).toEqual({ clockNs: 0n, areValuesHashed: true, areIndexesExact: true });
    expect((await listAll(store.reader, { limit: 5 })).cookies).toEqual([]);
    await store.writer.write((on) => on.raiseClock(5n));
    expect(await redis().hgetall(keys.marks)).toMatchObject({ layout: "1", values: "sha256" });
    await store.close();
  });

  test.each([true, false])("a store says by itself whether its values are hashed: %p", async (hashValues) => {
    const { asked, fields } = await made(hashValues);
    const store = await openValkeyStore({ ...asked, hashValues: undefined });
    expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    expect((await store.reader.marks()).areValuesHashed).toBe(hashValues);
    await store.close();
    await expect(openValkeyStore({ ...asked, hashValues: !hashValues })).rejects.toMatchObject(VALUES);
  });

  test("two that were opened before the first commit: the second learns what the first has made", async () => {
    const asked = options({ hashValues: undefined });
    const [undecided, against] = await Promise.all([
      openValkeyStore(asked),
      openValkeyStore({ ...asked, hashValues: true }),
    ]);
    const first = await openValkeyStore({ ...asked, hashValues: false });
    const fields = makeFields();
    await first.writer.write((on) => on.put(fields));
    expect((await undecided.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    expect(await undecided.writer.write((on) => on.toStoredValue("x"))).toBe("x");
    await expect(against.reader.findByValue(fields.value)).rejects.toMatchObject(VALUES);
    await expect(against.reader.findByOid(fields.oid)).rejects.toMatchObject(VALUES);
    await expect(against.writer.write((on) => on.put(makeFields()))).rejects.toMatchObject(VALUES);
    await Promise.all([undecided.close(), against.close(), first.close()]);
  });

  test("a store that was made anew, in the other way, while this process ran: nothing is written in the wrong one", async () => {
    const { asked, keys } = await made(true);
    const store = await openValkeyStore({ ...asked, hashValues: undefined });
    await store.reader.findByValue("any");
    await redis().del(await redis().keys(`${keys.start}:*`));
    const other = await openValkeyStore({ ...asked, hashValues: false });
    await other.writer.write((on) => on.put(makeFields()));
    const stored = await store.writer.write((on) =>
      on.put(makeFields({ value: on.toStoredValue("secret") })),
    );
    expect(stored.value).toBe("secret");
    await Promise.all([store.close(), other.close()]);
  });

  test.each([
    ["another layout", async (marks: string) => redis().hset(marks, "layout", "2"), SERVER],
    ["cookies without marks", async (marks: string) => redis().del(marks), SERVER],
    ["marks of a wrong type", async (marks: string) => redis().set(marks, "x"), SERVER],
    [
      "an unknown way of values",
      async (marks: string) => redis().hset(marks, "values", "md5"),
      { code: "ERR_STORE_INCONSISTENT" },
    ],
    [
      "a clock that is none",
      async (marks: string) => redis().hset(marks, "clock", "-1"),
      { code: "ERR_STORE_INCONSISTENT" },
    ],
  ])("%s: an error, at once and for who has it open", async (_, damage, error) => {
    const { asked, keys } = await made(true);
    const open = await openValkeyStore(asked);
    await damage(keys.marks);
    await expect(openValkeyStore(asked)).rejects.toMatchObject(error);
    await expect(open.reader.marks()).rejects.toMatchObject(error);
    await open.close();
  });

  test("marks that another program has changed stop commits, too", async () => {
    const { asked, keys } = await made(true);
    const store = await openValkeyStore(asked);
    await redis().hset(keys.marks, "layout", "2");
    await expect(store.writer.write((on) => on.put(makeFields()))).rejects.toMatchObject(SERVER);
    expect(await redis().zcard(keys.oids)).toBe(1);
    await store.close();
  });

  test("a server that evicts, or writes nothing to disk, is warned of", async () => {
    const warnings: string[] = [];
    await redis().config("SET", "maxmemory-policy", "volatile-lru");
    const store = await openValkeyStore(options(), { onWarning: (message) => warnings.push(message) });
    await redis().config("SET", "maxmemory-policy", "noeviction");
    expect(warnings.join("\n")).toMatch(/maxmemory-policy volatile-lru.*noeviction/);
    expect(warnings.join("\n")).toMatch(/writes nothing to disk/);
    await store.close();
  });

  test("a user who may not write is told so before a commit could end half way", async () => {
    const prefix = newPrefix();
    const login = { username: "half", password: "secret" };
    await redis().acl("SETUSER", "half", "reset", "on", ">secret", `~{${prefix}}:*`, "+@all", "-zrem");
    await expect(openValkeyStore(options({ prefix, login }))).rejects.toMatchObject({
      code: "ERR_STORE_ACCESS",
    });
    expect(await redis().keys(`{${prefix}}:[^t]*`)).toEqual([]);
    const reader = await openValkeyStore(options({ prefix, login, readOnly: true }));
    expect(await reader.reader.findByValue("x")).toBeUndefined();
    await reader.close();
  });

  test("an info tells which server it is", async () => {
    const store = await openValkeyStore(options());
    const info = await store.reader.info();
    expect(info).toMatchObject({ path: undefined, writable: true, address: `127.0.0.1:${server().port}` });
    expect(["valkey", "redis"]).toContain(info.engine);
    expect(info.serverVersion).toMatch(/^\d+\.\d+/);
    expect(info.usedBytes).toBeGreaterThan(0);
    await store.close();
  });
});
