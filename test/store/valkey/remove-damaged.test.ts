// Removing a cookie whose record can't be read: all that is of it goes, nothing of others, and others are told.

import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { buildCookie } from "../../../src/record/build-cookie.js";
import { createValkeyClient } from "../../../src/store/valkey/create-valkey-client.js";
import { createValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { ValkeyClient } from "../../../src/store/valkey/valkey-client.js";
import { valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { verifyValkeyStore } from "../../../src/store/valkey/verify/verify-valkey-store.js";
import { makeFields } from "../conformance.js";
import { describeEachServer } from "./each-server.js";

describeEachServer("removing what is damaged", ({ options, redis }) => {
  /** A store with two cookies of one user. */
  async function scene(more: Partial<ValkeyOptions> = {}, wrap = (client: ValkeyClient) => client) {
    const asked = options({ hashValues: false, ...more });
    const store = createValkeyStore(asked, { client: wrap(createValkeyClient(asked)) });
    const keys = valkeyKeys(asked.prefix);
    const [bad, good] = [makeFields({ authid: "joe" }), makeFields({ authid: "joe" })];
    await store.writer.write((on) => {
      for (const fields of [bad, good]) {
        on.put(fields);
        on.putUse(fields.oid, { lastUsedNs: 5n });
      }
    });
    const remove = (oid: string): Promise<boolean | undefined> | undefined => store.removeDamaged?.(oid);
    const findings = async () => (await verifyValkeyStore(asked)).findings.map(({ kind }) => kind);
    return { asked, store, keys, bad, good, remove, findings };
  }

  test.each<[string, (key: string) => Promise<unknown>]>([
    ["garbage", (key) => redis().set(key, "garbage", "KEEPTTL")],
    ["no bytes", (key) => redis().set(key, "", "KEEPTTL")],
    [
      "a list",
      async (key) => {
        await redis().del(key);
        await redis().rpush(key, "item");
      },
    ],
    ["gone", (key) => redis().del(key)],
  ])("a record that is %s goes with all that leads to it, and the change is told", async (_what, damage) => {
    const { store, keys, bad, good, remove, findings } = await scene();
    const version = await store.reader.version();
    await damage(keys.record(bad.value));
    expect(await remove(bad.oid.toUpperCase())).toBe(true);
    expect(await redis().exists(keys.record(bad.value), keys.use(bad.value), keys.oid(bad.oid))).toBe(0);
    expect(await redis().zrange(keys.oids, "0", "-1")).toEqual([good.oid]);
    expect(await redis().zrange(keys.user("joe"), "0", "-1")).toEqual([good.oid]);
    expect(await redis().zcard(keys.expiries)).toBe(1);
    expect(await findings()).toEqual([]);
    expect((await store.reader.changesSince(version))?.oids).toEqual([bad.oid]);
    expect((await store.reader.findByValue(good.value))?.oid).toBe(good.oid);
    expect(await remove(bad.oid)).toBe(false);
    expect(await remove(randomUUID())).toBe(false);
    await store.close();
  });

  test("an oid that leads to another cookie takes nothing of that with it", async () => {
    const { store, keys, bad, good, remove } = await scene();
    await redis().set(keys.oid(bad.oid), good.value);
    expect(await remove(bad.oid)).toBe(true);
    expect(await redis().exists(keys.oid(bad.oid))).toBe(0);
    expect(await store.reader.findUsed({ oid: good.oid })).toMatchObject({ use: { lastUsedNs: 5n } });
    expect(await redis().zrange(keys.user("joe"), "0", "-1")).toEqual([good.oid]);
    await store.close();
  });

  test("an oid that leads to no text is removed alone", async () => {
    const { store, keys, bad, good, remove } = await scene();
    await redis().set(keys.oid(bad.oid), Buffer.from([0xff, 0xfe]));
    expect(await remove(bad.oid)).toBe(true);
    expect(await redis().zrange(keys.oids, "0", "-1")).toEqual([good.oid]);
    await store.close();
  });

  test("what others write meanwhile is looked at again", async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const { store, keys, bad, good, remove } = await scene({}, (client) => ({
      ...client,
      async write(script, names, args) {
        const run = meanwhile;
        meanwhile = undefined;
        await run?.();
        return client.write(script, names, args);
      },
    }));
    const record = keys.record(bad.value);
    await redis().set(record, "garbage");
    const others = Buffer.from(buildCookie({ ...good, oid: randomUUID(), value: bad.value }));
    meanwhile = () => redis().set(record, others);
    expect(await remove(bad.oid)).toBe(true);
    expect(await redis().getBuffer(record)).toEqual(others);
    expect(await redis().exists(keys.oid(bad.oid))).toBe(0);
    expect(await redis().zrange(keys.oids, "0", "-1")).toEqual([good.oid]);
    await store.close();
  });

  test("is refused where the store is read-only or closed", async () => {
    const { asked, store, bad, remove } = await scene();
    const readOnly = createValkeyStore({ ...asked, readOnly: true }, { client: createValkeyClient(asked) });
    await expect(readOnly.removeDamaged?.(bad.oid)).rejects.toMatchObject({ code: "ERR_STORE_READ_ONLY" });
    await readOnly.close();
    await store.close();
    await expect(remove(bad.oid)).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
  });
});
