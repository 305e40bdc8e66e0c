// Transactions on a server: random ones against the store in memory, rivals, lost answers, what must not be written.

import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Cookie } from "../../../src/record/cookie.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import type { CookieTransaction } from "../../../src/store/cookie-writer.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";
import { COMMIT_SCRIPT } from "../../../src/store/valkey/commit-script.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { Argument, Script, ValkeyClient } from "../../../src/store/valkey/valkey-client.js";
import { valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { listAll, makeFields } from "../conformance.js";
import { checkKeys } from "./check-keys.js";
import { describeEachServer } from "./each-server.js";

const OIDS = Array.from({ length: 4 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
const VALUES = ["v1", "v2", "v3", "v4", "vä"];
const AUTHIDS = ["ann", "joe"];
const NS = 1_000_000_000n;

type Step = (transaction: CookieTransaction) => unknown;

const oid = fc.constantFrom(...OIDS);
const value = fc.constantFrom(...VALUES);
const authid = fc.option(fc.constantFrom(...AUTHIDS), { nil: undefined });

const shown = (cookie: Cookie | undefined) =>
  cookie === undefined ? undefined : [cookie.oid, cookie.value, cookie.authid, cookie.maxAgeSeconds];

/** As text what a step came to, an error of ours included: so a callback that goes on after one is tried as well. */
const outcome = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? "?";
  }
};

const stepArbitrary: fc.Arbitrary<{ readonly name: string; readonly run: Step }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        oid,
        value,
        authid,
        createdNs: fc.constantFrom(1n, 5n * NS, 4_000_000_000n * NS),
        maxAgeSeconds: fc.option(fc.constantFrom(1, 1000, 2 ** 53 - 1), { nil: undefined }),
      })
      .map((fields) => {
        const whole = makeFields(fields);
        return {
          name: `put ${fields.oid} ${fields.value}`,
          run: (on: CookieTransaction) => shown(on.put(whole)),
        };
      }),
  },
  {
    weight: 2,
    arbitrary: oid.map((one) => ({ name: `delete ${one}`, run: (on: CookieTransaction) => on.delete(one) })),
  },
  oid.map((one) => ({ name: `find ${one}`, run: (on: CookieTransaction) => shown(on.findByOid(one)) })),
  value.map((one) => ({ name: `find ${one}`, run: (on: CookieTransaction) => shown(on.findByValue(one)) })),
  oid.map((one) => ({ name: `use of ${one}`, run: (on: CookieTransaction) => on.findUse(one)?.lastUsedNs })),
  {
    weight: 2,
    arbitrary: fc.tuple(oid, fc.bigInt(1n, 99n)).map(([one, lastUsedNs]) => ({
      name: `put use ${one} ${lastUsedNs}`,
      run: (on: CookieTransaction) => on.putUse(one, { lastUsedNs }),
    })),
  },
  fc.constantFrom(...AUTHIDS).map((one) => ({
    name: `list ${one}`,
    run: (on: CookieTransaction) => on.listByAuthid(one).map(shown).sort(),
  })),
  fc
    .bigInt(0n, 100n)
    .map((ns) => ({ name: `raise ${ns}`, run: (on: CookieTransaction) => on.raiseClock(ns) })),
  fc.constant({ name: "clock", run: (on: CookieTransaction) => on.clockNs }),
);

async function contentOf({ reader }: CookieStore) {
  const { cookies, uses } = await listAll(reader, { limit: 3, withUse: true });
  return {
    cookies: cookies.map(shown),
    uses: [...uses].map(([of, { lastUsedNs }]) => [of, lastUsedNs]).sort(),
    clockNs: (await reader.marks()).clockNs,
  };
}

describeEachServer("transactions", ({ options, redis, client, server }) => {
  const open = (
    asked: ValkeyOptions,
    onWrite?: (commit: () => Promise<unknown>, at: number) => Promise<unknown>,
  ) => {
    const inner = client(asked);
    let commits = 0;
    const spied: ValkeyClient = {
      ...inner,
      write(script: Script, keys: readonly string[], args: readonly Argument[]) {
        const send = () => inner.write(script, keys, args);
        if (script !== COMMIT_SCRIPT || onWrite === undefined) return send();
        commits += 1;
        return onWrite(send, commits) as ReturnType<ValkeyClient["write"]>;
      },
    };
    return openValkeyStore(asked, { client: spied });
  };

  test("any transactions do on a server what they do in memory, and leave all keys in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ steps: fc.array(stepArbitrary, { maxLength: 7 }), fails: fc.nat(9) }), {
          maxLength: 8,
        }),
        async (transactions) => {
          const asked = options({ hashValues: false });
          const [store, memory] = [await open(asked), createMemoryStore()];
          for (const { steps, fails } of transactions) {
            const change = (transaction: CookieTransaction) => {
              const results = steps.map(({ run }) => outcome(() => run(transaction)));
              if (fails === 0) throw new Error("changed my mind");
              return results;
            };
            const [here, there] = await Promise.allSettled([
              store.writer.write(change),
              memory.writer.write(change),
            ]);
            expect(here).toEqual(there);
            expect(await contentOf(store)).toEqual(await contentOf(memory));
          }
          await checkKeys(redis(), asked.prefix);
          await store.close();
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  test("rivals on the same cookies: no change is lost, whoever makes it", async () => {
    const asked = options();
    const stores = await Promise.all([open(asked), open(asked), open(asked)]);
    const fields = makeFields({ authextra: { count: 0 } });
    await stores[0]?.writer.write((transaction) => transaction.put(fields));
    const add = (store: CookieStore) =>
      store.writer.write((transaction) => {
        const old = transaction.findByOid(fields.oid);
        const count = Number(old?.authextra.count);
        transaction.put({ ...(old as Cookie).toFields(), authextra: { count: count + 1 } });
      });
    await Promise.all(stores.flatMap((store) => Array.from({ length: 40 }, () => add(store))));
    const cookie = await stores[1]?.reader.findByOid(fields.oid);
    expect(cookie?.authextra).toEqual({ count: 120 });
    await checkKeys(redis(), asked.prefix);
    await Promise.all(stores.map((store) => store.close()));
  }, 30_000);

  test("a limit per user holds for logins from everywhere at once, and a value is one cookie's", async () => {
    const asked = options();
    const stores = await Promise.all([open(asked), open(asked)]);
    const login = (store: CookieStore, fields: ReturnType<typeof makeFields>) =>
      store.writer.write((transaction) => {
        if (transaction.listByAuthid("limited").length >= 5) throw new Error("full");
        transaction.put({ ...fields, authid: "limited" });
      });
    const logins = stores.flatMap((store) => Array.from({ length: 20 }, () => login(store, makeFields())));
    const results = await Promise.allSettled(logins);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(
      (await listAll(stores[0]?.reader as never, { limit: 9, where: { authid: "limited" } })).cookies,
    ).toHaveLength(5);

    const taken = stores.flatMap((store) =>
      Array.from({ length: 5 }, () => store.writer.write((on) => on.put(makeFields({ value: "the same" })))),
    );
    const claims = await Promise.allSettled(taken);
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const claim of claims) {
      if (claim.status === "rejected") expect(claim.reason).toMatchObject({ code: "ERR_COOKIE_VALUE_TAKEN" });
    }
    await checkKeys(redis(), asked.prefix);
    await Promise.all(stores.map((store) => store.close()));
  }, 30_000);

  test("a commit that is sent again is made once, and goes to the replicas again", async () => {
    const asked = options();
    const countWrites = async (): Promise<number> =>
      Number(/rdb_changes_since_last_save:(\d+)/.exec(await redis().info("persistence"))?.[1]);
    const again: number[] = [];
    const store = await open(asked, async (commit) => {
      await commit();
      const before = await countWrites();
      const answer = await commit();
      again.push((await countWrites()) - before);
      return answer;
    });
    const fields = makeFields();
    let runs = 0;
    await store.writer.write((transaction) => {
      runs += 1;
      return transaction.put(fields);
    });
    const version = await store.reader.version();
    expect(runs).toBe(1);
    // Without a write of its own, WAIT on a new connection would confirm what no replica has.
    expect(again).toEqual([1]);
    expect(await store.writer.write((transaction) => transaction.delete(fields.oid))).toBe(true);
    expect(await store.reader.findByOid(fields.oid)).toBeUndefined();
    const changes = await store.reader.changesSince(version);
    expect(changes).toEqual({ oids: [fields.oid], version: await store.reader.version() });
    await store.close();
  });

  test("connections that break amid commits: what was answered is there, once", async () => {
    const asked = options();
    const store = await open(asked);
    await store.writer.write((transaction) => transaction.put(makeFields()));
    const logins = Array.from({ length: 150 }, () => makeFields({ authid: "many" }));
    const results: PromiseSettledResult<unknown>[] = [];
    let kills = 0;
    for (let at = 0; at < logins.length; at += 10) {
      const batch = logins.slice(at, at + 10).map((fields) => store.writer.write((on) => on.put(fields)));
      // Some turns later than the batch before, so that it hits another moment.
      for (let turns = 0; turns < at / 10; turns += 1) await new Promise(setImmediate);
      kills += Number(await redis().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
      results.push(...(await Promise.allSettled(batch)));
    }
    expect(kills).toBeGreaterThan(0);
    const oids = new Set(await checkKeys(redis(), asked.prefix));
    for (const [at, { status }] of results.entries()) {
      // Who got an error may find it made all the same; who got an answer must find it.
      if (status === "fulfilled") expect(oids).toContain(logins[at]?.oid);
    }
    expect(results.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    await store.close();
  }, 30_000);

  test("a login is one round trip; many oids in one transaction are two", async () => {
    const asked = options();
    let [reads, writes] = [0, 0];
    const inner = client(asked);
    const store = await openValkeyStore(asked, {
      client: {
        ...inner,
        read: (...args) => {
          reads += 1;
          return inner.read(...args);
        },
        write: (...args) => {
          writes += 1;
          return inner.write(...args);
        },
      },
    });
    const many = Array.from({ length: 50 }, () => makeFields());
    await store.writer.write((transaction) => many.map((fields) => transaction.put(fields)));
    [reads, writes] = [0, 0];
    await store.writer.write((transaction) => {
      transaction.raiseClock(transaction.clockNs + 1n);
      transaction.put(makeFields());
    });
    expect([reads, writes]).toEqual([0, 1]);
    const gone = await store.writer.write((transaction) => many.map((one) => transaction.delete(one.oid)));
    expect(gone).toEqual(many.map(() => true));
    expect([reads, writes]).toEqual([1, 2]);
    await store.close();
  });

  test("two processes: a clock that another has raised is judged by before anything is changed", async () => {
    const asked = options();
    const [ahead, behind] = [await open(asked), await open(asked)];
    await ahead.writer.write((transaction) => transaction.raiseClock(1000n * NS));
    const seen = await behind.writer.write((transaction) => {
      const ns = transaction.clockNs;
      transaction.raiseClock(ns + 1n);
      return ns;
    });
    expect(seen).toBe(1000n * NS);
    expect((await ahead.reader.marks()).clockNs).toBe(1000n * NS + 1n);
    await ahead.writer.write((transaction) => transaction.raiseClock(2000n * NS));
    expect(await behind.writer.write((transaction) => transaction.clockNs)).toBe(2000n * NS);
    const wrong = ahead.writer.write((transaction) => transaction.raiseClock(2n ** 64n));
    await expect(wrong).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
    await Promise.all([ahead.close(), behind.close()]);
  });

  test("a process that is far away writes while another one raises the clock all the time", async () => {
    const asked = options();
    const near = await open(asked);
    let timeNs = 1000n * NS;
    const raise = (): Promise<void> => {
      timeNs += NS / 100n;
      return near.writer.write((transaction) => transaction.raiseClock(timeNs));
    };
    // Each of its commits arrives when the other one has made another.
    const far = await open(asked, async (commit) => {
      await raise();
      return commit();
    });
    await raise();
    let runs = 0;
    for (let n = 0; n < 20; n += 1) {
      const fields = makeFields();
      await far.writer.write((transaction) => {
        runs += 1;
        transaction.raiseClock(transaction.clockNs + 1n);
        return transaction.put(fields);
      });
    }
    expect(runs).toBeLessThan(25);
    expect((await far.reader.marks()).clockNs).toBe(timeNs);
    await Promise.all([near.close(), far.close()]);
  });

  test("a machine whose clock is wrong can't raise that of the store: nothing is written", async () => {
    const store = await open(options());
    const [now, fields] = [BigInt(Date.now()) * 1_000_000n, makeFields()];
    await store.writer.write((transaction) => transaction.raiseClock(now + 500n * NS));
    const wrong = store.writer.write((transaction) => {
      transaction.raiseClock(now + 86_400n * NS);
      return transaction.put(fields);
    });
    await expect(wrong).rejects.toMatchObject({ code: "ERR_STORE_CLOCK" });
    expect(await store.reader.findByOid(fields.oid)).toBeUndefined();
    expect((await store.reader.marks()).clockNs).toBe(now + 500n * NS);
    await store.close();
  });

  test("marks that are behind the stream of changes: a commit is whole, and goes on after the stream", async () => {
    const asked = options();
    const keys = valkeyKeys(asked.prefix);
    const store = await open(asked);
    const [first, second] = [makeFields(), makeFields()];
    await store.writer.write((transaction) => transaction.put(first));
    const before = await store.reader.version();
    await redis().hdel(keys.marks, "change");
    await store.writer.write((transaction) => transaction.put(second));
    expect((await store.reader.findByOid(second.oid))?.oid).toBe(second.oid);
    expect((await store.reader.changesSince(before))?.oids).toEqual([second.oid]);
    expect(await checkKeys(redis(), asked.prefix, 10_000)).toEqual([first.oid, second.oid].sort());
    await store.close();
  });

  test("a member of a user's index that is no oid, nor text, locks nobody out", async () => {
    const asked = options();
    const store = await open(asked);
    const fields = makeFields({ authid: "joe" });
    await store.writer.write((transaction) => transaction.put(fields));
    await redis().zadd(valkeyKeys(asked.prefix).user("joe"), 0, Buffer.from([0xff, 0xe4, 0x00]));
    const listed = await store.writer.write((transaction) => {
      transaction.put(makeFields({ authid: "joe" }));
      return transaction.listByAuthid("joe").length;
    });
    expect(listed).toBe(2);
    await store.close();
  });

  test("cookies that others change all the time: an error after many tries, and nothing is written", async () => {
    const asked = options();
    const fields = makeFields();
    const [store, rival] = [
      await open(asked, async (commit, at) => {
        // Before each commit of ours but the first, which makes the record.
        if (at > 1) await rival.writer.write((on) => on.putUse(fields.oid, { lastUsedNs: BigInt(at) }));
        return commit();
      }),
      await open(asked),
    ];
    await store.writer.write((transaction) => transaction.put(fields));
    const write = store.writer.write((transaction) => {
      const use = transaction.findUse(fields.oid);
      transaction.put({ ...fields, authrole: `after ${use?.lastUsedNs}` });
    });
    await expect(write).rejects.toMatchObject({ code: "ERR_STORE_BUSY" });
    expect((await store.reader.findByOid(fields.oid))?.authrole).toBe("user");
    await Promise.all([store.close(), rival.close()]);
  }, 30_000);

  test("a read-only store refuses writes and sweeps", async () => {
    const store = await open(options({ readOnly: true }));
    const refused = { code: "ERR_STORE_READ_ONLY" };
    await expect(store.writer.write((transaction) => transaction.clockNs)).rejects.toMatchObject(refused);
    await expect(store.sweepIndexes()).rejects.toMatchObject(refused);
    expect((await store.reader.info()).writable).toBe(false);
    await store.close();
  });

  test("closing waits for writes under way", async () => {
    const asked = options();
    const store = await open(asked);
    const fields = makeFields();
    const write = store.writer.write((transaction) => transaction.put(fields));
    await store.close();
    expect((await write).oid).toBe(fields.oid);
    expect(await redis().exists(valkeyKeys(asked.prefix).oid(fields.oid))).toBe(1);
    expect(server().port).toBeGreaterThan(0);
  });

  test("a callback that swallows everything is run on what is there all the same", async () => {
    const store = await open(options());
    const fields = makeFields({ oid: randomUUID() });
    await store.writer.write((transaction) => transaction.put(fields));
    const found = await store.writer.write((transaction) => {
      try {
        return transaction.findByOid(fields.oid)?.oid ?? "nothing";
      } catch {
        return "swallowed";
      }
    });
    expect(found).toBe(fields.oid);
    await store.close();
  });
});
