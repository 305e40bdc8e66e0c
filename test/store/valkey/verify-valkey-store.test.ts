// Verification and repair of stores on real servers: damage of every kind, beside writers, and with no more rights than said.

import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildCookie } from "../../../src/record/build-cookie.js";
import type { CookieFields } from "../../../src/record/cookie.js";
import { makeOid } from "../../../src/record/make-oid.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { aclRule } from "../../../src/store/valkey/acl-rule.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { hashAuthid, type ValkeyKeys, valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import {
  formatValkeyRepair,
  formatValkeyReport,
} from "../../../src/store/valkey/verify/format-valkey-report.js";
import { repairValkeyStore } from "../../../src/store/valkey/verify/repair-valkey-store.js";
import {
  type ValkeyVerifyReport,
  verifyValkeyStore,
} from "../../../src/store/valkey/verify/verify-valkey-store.js";
import { FINDING_KINDS, type FindingKind } from "../../../src/store/verify/finding-kinds.js";
import { checkKeys } from "./check-keys.js";
import { describeEachServer, type OnServer } from "./each-server.js";

const NOW_NS = BigInt(Date.now()) * 1_000_000n;
/** Of our own users; several have more than one cookie, one has none. */
const AUTHIDS = ["joe", "ann", "joe", undefined, "bob", "joe"];

const stores: CookieStore[] = [];
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
});

interface Scene {
  readonly options: ValkeyOptions;
  readonly keys: ValkeyKeys;
  readonly store: CookieStore;
  /** As they are stored. */
  readonly cookies: readonly (CookieFields & { readonly value: string })[];
}

/** A store with `count` cookies: every third never expires, every second has a last use. */
async function makeStore(on: OnServer, count = 6, more: Partial<ValkeyOptions> = {}): Promise<Scene> {
  const options = on.options({ hashValues: true, ...more });
  const store = await openValkeyStore(options);
  stores.push(store);
  const cookies = await store.writer.write((transaction) =>
    Array.from({ length: count }, (_, at) => {
      const authid = AUTHIDS[at % AUTHIDS.length];
      const fields = {
        oid: makeOid(NOW_NS),
        createdNs: NOW_NS,
        value: transaction.toStoredValue(`value ${at}`),
        ...(at % 3 === 2 ? {} : { maxAgeSeconds: 3600 + at }),
        ...(authid === undefined ? {} : { authid }),
      };
      transaction.put(fields);
      if (at % 2 === 0) transaction.putUse(fields.oid, { lastUsedNs: NOW_NS, peer: "tcp4:192.0.2.1:50000" });
      return fields;
    }),
  );
  return { options, keys: valkeyKeys(options.prefix), store, cookies };
}

const kindsOf = ({ findings }: ValkeyVerifyReport): FindingKind[] => findings.map(({ kind }) => kind);

/** Nothing in it may be a value, nor the key of one. */
function expectNoValues(report: unknown, { cookies }: Scene): void {
  const text = JSON.stringify(report);
  for (const { value } of cookies) expect(text).not.toContain(value);
}

type Redis = ReturnType<OnServer["redis"]>;
/** Cookies 0, 1: expiring, joe (with a use) and ann (without); 2: never, joe, with a use; 3: nobody's. */
interface Damage {
  readonly is: string;
  readonly kinds: readonly FindingKind[];
  readonly harm: (redis: Redis, scene: Scene) => Promise<unknown>;
}

const cookieOf = ({ cookies }: Scene, at: number) => cookies[at] as Scene["cookies"][number];
const entryOf = async (redis: Redis, { keys, cookies }: Scene, at: number): Promise<string> => {
  const entries = await redis.zrange(keys.expiries, "0", "-1");
  return entries.find((entry) => entry.includes(cookies[at]?.oid ?? "-")) as string;
};

const MENDABLE: readonly Damage[] = [
  {
    is: "a missing key of an oid",
    kinds: ["record-without-index-key", "session-index-lag", "session-entry-without-record"],
    harm: (redis, scene) => redis.del(scene.keys.oid(cookieOf(scene, 0).oid)),
  },
  {
    is: "a key of an oid that leads nowhere",
    kinds: [
      "record-with-wrong-index-key",
      "index-key-without-record",
      "session-entry-without-record",
      "session-index-lag",
    ],
    harm: (redis, scene) => redis.set(scene.keys.oid(cookieOf(scene, 0).oid), "nowhere", "KEEPTTL"),
  },
  {
    is: "a key of an oid that leads to another record",
    kinds: ["record-with-wrong-index-key", "index-key-of-other-value", "session-entry-contradicted"],
    harm: (redis, scene) =>
      redis.set(scene.keys.oid(cookieOf(scene, 0).oid), cookieOf(scene, 1).value, "KEEPTTL"),
  },
  {
    is: "missing entries",
    kinds: ["session-entry-missing"],
    harm: async (redis, scene) => {
      await redis.zrem(scene.keys.oids, cookieOf(scene, 0).oid);
      await redis.zrem(scene.keys.expiries, await entryOf(redis, scene, 1));
      await redis.zrem(scene.keys.user("joe"), cookieOf(scene, 2).oid);
    },
  },
  {
    is: "no indexes at all",
    kinds: ["session-entry-missing"],
    harm: (redis, { keys }) => redis.del(keys.oids, keys.expiries, keys.user("joe"), keys.user("ann")),
  },
  {
    is: "a record that somebody has deleted",
    kinds: [
      "index-key-without-record",
      "session-entry-without-record",
      "session-index-lag",
      "use-without-record",
    ],
    harm: (redis, scene) => redis.del(scene.keys.record(cookieOf(scene, 0).value)),
  },
  {
    is: "a key of an oid that is none",
    kinds: ["index-entry-malformed"],
    harm: (redis, { keys }) => redis.set(keys.oid("no-uuid"), "x"),
  },
  {
    is: "entries that are none",
    kinds: ["session-entry-malformed"],
    harm: async (redis, { keys }) => {
      await redis.zadd(keys.oids, 0, "no-uuid");
      await redis.zadd(keys.oids, 0, Buffer.from([0xff, 0, 0x28]));
      await redis.zadd(keys.expiries, 0, `1/${makeOid(NOW_NS)}/`);
      await redis.zadd(keys.user("joe"), 0, "");
    },
  },
  {
    is: "entries under another user and time",
    kinds: ["session-entry-contradicted"],
    harm: async (redis, scene) => {
      await redis.zadd(scene.keys.user("ann"), 0, cookieOf(scene, 0).oid);
      await redis.zadd(scene.keys.expiries, 0, (await entryOf(redis, scene, 0)).replace(/^\d/, "1"));
    },
  },
  {
    is: "an entry of a user who is nobody's",
    kinds: ["session-entry-contradicted"],
    harm: (redis, scene) => redis.zadd(scene.keys.user("nobody"), 0, cookieOf(scene, 3).oid),
  },
  {
    is: "times to live taken away",
    kinds: ["ttl-missing"],
    harm: async (redis, scene) => {
      const { value, oid } = cookieOf(scene, 0);
      for (const key of [scene.keys.record(value), scene.keys.oid(oid), scene.keys.use(value)])
        expect(await redis.persist(key)).toBe(1);
    },
  },
  {
    is: "times to live that end too early",
    kinds: ["ttl-too-early"],
    harm: async (redis, scene) => {
      await redis.expire(scene.keys.record(cookieOf(scene, 0).value), 1000);
      await redis.expire(scene.keys.oid(cookieOf(scene, 1).oid), 1000);
      await redis.expire(scene.keys.use(cookieOf(scene, 2).value), 1000);
    },
  },
  {
    is: "last uses that can't be read",
    kinds: ["use-malformed"],
    harm: async (redis, scene) => {
      const use = await redis.getBuffer(scene.keys.use(cookieOf(scene, 0).value));
      await redis.append(scene.keys.use(cookieOf(scene, 0).value), "?");
      expect(use).not.toBeNull();
      await redis.set(scene.keys.use(cookieOf(scene, 2).value), "short");
    },
  },
];

const OTHERS: readonly Damage[] = [
  {
    is: "a record that can't be decoded",
    kinds: ["record-undecodable", "index-key-unjudged", "session-entry-unjudged"],
    harm: (redis, scene) => redis.set(scene.keys.record(cookieOf(scene, 0).value), "not a record", "KEEPTTL"),
  },
  {
    is: "a record under another's value",
    kinds: ["record-under-other-value", "index-key-of-other-value", "session-entry-contradicted"],
    harm: async (redis, scene) => {
      const record = await redis.getBuffer(scene.keys.record(cookieOf(scene, 1).value));
      await redis.set(scene.keys.record(cookieOf(scene, 0).value), record as Buffer, "KEEPTTL");
    },
  },
  {
    is: "a second record of an oid",
    kinds: ["duplicate-oid"],
    harm: async (redis, scene) => {
      const value = `${"B".repeat(42)}A`;
      await redis.set(scene.keys.record(value), Buffer.from(buildCookie({ ...cookieOf(scene, 2), value })));
    },
  },
  {
    is: "a value that is no hash",
    kinds: ["record-value-not-hashed", "record-without-index-key", "session-entry-missing"],
    harm: async (redis, { keys }) => {
      const record = buildCookie({ oid: makeOid(NOW_NS), createdNs: NOW_NS, value: "as the browser has it" });
      await redis.set(keys.record("as the browser has it"), Buffer.from(record));
    },
  },
  {
    is: "a record that is a list",
    kinds: ["key-of-wrong-type", "index-key-without-record", "session-entry-unjudged", "use-without-record"],
    harm: async (redis, scene) => {
      const key = scene.keys.record(cookieOf(scene, 0).value);
      await redis.del(key);
      await redis.rpush(key, "x");
    },
  },
  {
    is: "an index that is a string",
    kinds: ["key-of-wrong-type"],
    harm: (redis, { keys }) => redis.set(keys.oids, "x"),
  },
  {
    is: "a user that is a string",
    kinds: ["key-of-wrong-type", "session-entry-missing"],
    harm: (redis, { keys }) => redis.set(keys.user("joe"), "x"),
  },
  {
    is: "marks that can't be read",
    kinds: ["mark-malformed"],
    harm: (redis, { keys }) => redis.hset(keys.marks, "clock", "yesterday", "values", "rot13"),
  },
  {
    is: "no marks",
    kinds: ["mark-malformed"],
    harm: (redis, { keys }) => redis.del(keys.marks),
  },
];

describeEachServer("verification", (on) => {
  test("a store as it is written has nothing to say", async () => {
    const scene = await makeStore(on, 450);
    const seen: number[] = [];
    const report = await verifyValkeyStore(scene.options, { onProgress: ({ done }) => seen.push(done) });
    expect(report).toMatchObject({
      address: `127.0.0.1:${on.server().port}`,
      keysStart: scene.keys.start,
      ok: true,
      areValuesHashed: true,
      changedMeanwhile: false,
      keys: {
        records: 450,
        oids: 450,
        uses: 225,
        users: 3,
        allOids: 450,
        byAuthid: 375,
        byExpiry: 300,
        unknown: 0,
      },
      findings: [],
    });
    expect(seen.length).toBeGreaterThan(8);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(formatValkeyReport(report)).toEqual([
      `server   ${report.address}, ${report.server} ${report.serverVersion}`,
      `store    ${scene.keys.start}, values hashed`,
      "keys     450 records, 450 oids, 3 users, 225 last uses, 4 marks",
      "indexes  450 of all oids, 375 by user, 300 by expiry",
    ]);
    const { repair, after } = await repairValkeyStore(scene.options);
    expect(repair).toBeUndefined();
    expect(after.ok).toBe(true);
    expect(formatValkeyRepair(repair)).toEqual(["repair   nothing to do"]);
  });

  test("an empty store, and one with a prefix that is a pattern, beside another", async () => {
    const empty = await verifyValkeyStore(on.options());
    expect(empty).toMatchObject({ ok: true, keys: { records: 0, marks: 0 }, findings: [] });
    await makeStore(on, 3, { prefix: "p.q" });
    await on.redis().set("{p[.]q}:c:x", "1");
    await on.redis().set("{pxq}:c:x", "1");
    expect(await verifyValkeyStore(on.options({ prefix: "p.q" }))).toMatchObject({
      ok: true,
      keys: { records: 3, unknown: 0 },
    });
    expect(await verifyValkeyStore(on.options({ prefix: "p[.]q" }))).toMatchObject({ keys: { records: 1 } });
  });

  test.each(MENDABLE)("$is: found, and mended", async ({ kinds, harm }) => {
    const scene = await makeStore(on);
    const before = await recordsOf(on, scene);
    await harm(on.redis(), scene);
    const harmed = await recordsOf(on, scene);
    const report = await verifyValkeyStore(scene.options);
    expect(kindsOf(report).toSorted()).toEqual([...kinds].toSorted());
    expect(report.ok).toBe(false);
    expectNoValues([report, formatValkeyReport(report)], scene);

    const { repair, after } = await repairValkeyStore(scene.options);
    expect(repair).toBeDefined();
    expect(after.ok).toBe(true);
    expect(kindsOf(after).filter((kind) => FINDING_KINDS[kind].isMendedByRepair)).toEqual([]);
    // No record is changed or removed by a repair.
    expect(await recordsOf(on, scene)).toEqual(harmed);
    await on.redis().del(...(await orphanedUses(on, scene)), "{none}");
    expect(await checkKeys(on.redis(), scene.options.prefix)).toHaveLength(
      Math.min(before.size, harmed.size),
    );
  });

  test.each(OTHERS)("$is: found, and left as it is", async ({ kinds, harm }) => {
    const scene = await makeStore(on);
    await harm(on.redis(), scene);
    const harmed = await recordsOf(on, scene);
    const report = await verifyValkeyStore(scene.options);
    expect(kindsOf(report).toSorted()).toEqual([...kinds].toSorted());
    expect(report.ok).toBe(false);
    expectNoValues([report, formatValkeyReport(report)], scene);
    const isUnsafe = kinds.some((kind) => ["key-of-wrong-type", "mark-malformed"].includes(kind));
    const repairing = repairValkeyStore(scene.options);
    if (isUnsafe) await expect(repairing).rejects.toMatchObject({ code: "ERR_STORE_SERVER" });
    else expect((await repairing).after.ok).toBe(kinds.every((kind) => FINDING_KINDS[kind].isMendedByRepair));
    expect(await recordsOf(on, scene)).toEqual(harmed);
  });

  test("what is harmless is a note", async () => {
    const scene = await makeStore(on);
    const [redis, { keys }] = [on.redis(), scene];
    await redis.set(`${keys.start}:somebody`, "1");
    await redis.set(`${keys.start}:a:no-hash`, "1");
    await redis.del(`${keys.start}:a:no-hash`);
    await redis.zadd(`${keys.start}:a:no-hash`, 0, "x");
    await redis.set(keys.use("gone"), Buffer.alloc(8));
    await redis.hset(keys.marks, "later", "1");
    // As the server's TTL leaves it: the entries stay until a commit or a sweep comes by.
    const oid = makeOid(NOW_NS);
    await redis.zadd(keys.oids, 0, oid);
    await redis.zadd(keys.expiries, 0, `01500000000000000000/${oid}/${hashAuthid("joe")}`);
    await redis.zadd(keys.user("joe"), 0, oid);
    const report = await verifyValkeyStore(scene.options);
    expect(report.ok).toBe(true);
    expect(Object.fromEntries(report.findings.map(({ kind, count }) => [kind, count]))).toEqual({
      "key-unknown": 2,
      "use-without-record": 1,
      "mark-unknown": 1,
      "session-index-lag": 3,
    });
    expect(formatValkeyReport(report)).toContain("others   2 keys under the prefix (left alone)");
    const { repair, after } = await repairValkeyStore(scene.options);
    expect(repair).toEqual({ added: 0, removed: 3, mendedUses: 0, mendedTtls: 0 });
    expect(kindsOf(after)).not.toContain("session-index-lag");
  });

  test("damage of many kinds at once is mended, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...MENDABLE], { minLength: 1 }), async (damages) => {
        const scene = await makeStore(on);
        for (const { harm } of damages) await harm(on.redis(), scene).catch(() => undefined);
        const harmed = await recordsOf(on, scene);
        const { after } = await repairValkeyStore(scene.options);
        expect({
          ok: after.ok,
          findings: kindsOf(after).filter((kind) => kind !== "use-without-record"),
        }).toEqual({
          ok: true,
          findings: [],
        });
        expect(await recordsOf(on, scene)).toEqual(harmed);
        await on.redis().del(...(await orphanedUses(on, scene)), "{none}");
        await checkKeys(on.redis(), scene.options.prefix);
      }),
      { numRuns: 25 },
    );
  });

  test("neither a verification nor a repair is disturbed by writers, and disturbs none", async () => {
    await on.redis().flushall(); // a verification walks over the keys of all stores
    const scene = await makeStore(on, 100);
    const living = new Map(scene.cookies.map(({ oid }) => [oid, "joe"]));
    let isOver = false;
    const write = async (lane: number): Promise<void> => {
      for (let at = lane; !isOver; at += 4) {
        const cookie = cookieOf(scene, at % 100);
        const step = at % 3;
        await scene.store.writer.write((transaction) => {
          if (step === 0) transaction.delete(cookie.oid);
          else if (step === 1)
            transaction.put({ ...cookie, authid: `user ${at % 7}`, maxAgeSeconds: 100 + at });
          else transaction.putUse(cookie.oid, { lastUsedNs: BigInt(at) });
        });
        if (step === 0) living.delete(cookie.oid);
        else if (step === 1) living.set(cookie.oid, `user ${at % 7}`);
      }
    };
    const writers = Promise.all([0, 1, 2, 3].map(write));
    try {
      for (let time = 0; time < 3; time += 1) {
        const report = await verifyValkeyStore(scene.options);
        expect(report.findings).toEqual([]);
        expect(report.changedMeanwhile).toBe(true);
      }
      // What is mended under their hands is what was harmed, and nothing of theirs.
      for (let time = 0; time < 3; time += 1) {
        await on.redis().del(scene.keys.user("user 1"));
        await on.redis().zadd(scene.keys.user("user 2"), 0, cookieOf(scene, 5).oid);
        await repairValkeyStore(scene.options);
      }
    } finally {
      isOver = true;
      await writers;
    }
    await repairValkeyStore(scene.options);
    expect([...(await checkKeys(on.redis(), scene.options.prefix))].sort()).toEqual(
      [...living.keys()].sort(),
    );
  });

  describe("rights", () => {
    test("those of the rules suffice, and without them the fault is told", async () => {
      const scene = await makeStore(on);
      const { prefix } = scene.options;
      const set = (rule: string) =>
        on.redis().call("ACL", ["SETUSER", "verifier", "on", ">pw", ...rule.split(" ")]);
      const options = { ...scene.options, login: { username: "verifier", password: "pw" } };
      await set(aclRule(prefix));
      await expect(verifyValkeyStore(options)).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
      await set(aclRule(prefix, "administrator"));
      expect((await verifyValkeyStore(options)).ok).toBe(true);
      for (const { harm } of MENDABLE) await harm(on.redis(), scene).catch(() => undefined);
      expect((await repairValkeyStore(options)).after.ok).toBe(true);
    });
  });
});

/** All records as they are, by key. */
async function recordsOf(on: OnServer, { keys }: Scene): Promise<Map<string, unknown>> {
  const names = (await on.redis().keys(`${keys.record("")}*`)).sort();
  const read = async (name: string) => {
    if ((await on.redis().type(name)) === "string") return on.redis().getBuffer(name);
    return on.redis().lrange(name, 0, -1);
  };
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

/** Last uses of records that somebody has deleted: they stay until their TTL ends them. */
async function orphanedUses(on: OnServer, { keys }: Scene): Promise<string[]> {
  const uses = await on.redis().keys(`${keys.use("")}*`);
  const orphans = await Promise.all(
    uses.map(async (use) => {
      const record = keys.record(use.slice(keys.use("").length));
      return (await on.redis().exists(record)) === 0 ? [use] : [];
    }),
  );
  return orphans.flat();
}
