// The near cache through failovers of a Cluster and of Sentinels: logouts that were acknowledged pass no longer than the limit.

import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { makeOid } from "../../../src/record/make-oid.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { startCluster, type ValkeyCluster } from "../../support/valkey-cluster.js";
import { MAX_STALE_MS, passingTime } from "../../support/valkey-near-cache.js";
import { startSentinels, type ValkeySentinels } from "../../support/valkey-sentinels.js";
import { findServers, serverMissing, stopServers, type ValkeyServer } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";

const COOKIES = 40;
const PAUSE_MS = 50;

jest.setTimeout(60_000);
// Of two servers the fault tests' other one for each topology.
const [first, last] = [findServers()[0], findServers().at(-1)];

const stores: CookieStore[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});
afterAll(stopServers);

async function open(options: ValkeyOptions): Promise<CookieStore> {
  const store = await openValkeyStore(options);
  stores.push(store);
  return store;
}

const isOn = async ({ reader }: CookieStore) => (await untilAnswered(() => reader.info())).nearCache?.isOn;

/**
 * Cookies are ended one after the other by one process, before, while and after `failOver`; another one that has all of
 * them in memory looks each one up as soon as its end is acknowledged.
 */
async function endCookiesThrough(options: ValkeyOptions, failOver: () => Promise<unknown>): Promise<void> {
  const writer = await open(options);
  const near = await open({ ...options, nearCache: { maxCookies: 1000, maxStaleMs: MAX_STALE_MS } });
  const createdNs = BigInt(Date.now()) * 1_000_000n;
  const cookies = Array.from({ length: COOKIES }, () => ({
    oid: makeOid(createdNs),
    value: randomBytes(18).toString("base64url"),
    createdNs,
  }));
  await writer.writer.write((transaction) => {
    for (const cookie of cookies)
      transaction.put({ ...cookie, value: transaction.toStoredValue(cookie.value) });
  });
  await waitFor("a near cache that is on", () => isOn(near));
  const keep = (value: string) =>
    waitFor("an answer from memory", () => {
      const found = near.reader.findByValue(value);
      if (!(found instanceof Promise)) return true;
      found.catch(() => {});
      return false;
    });
  for (const { value } of cookies) await keep(value);

  const passedMs: number[] = [];
  for (const [at, { oid, value }] of cookies.entries()) {
    // After a pause in which the replicas have got what was acknowledged: no end is lost.
    if (at === 5) await failOver();
    await waitFor("an acknowledged end", async () => {
      const ended = await writer.writer
        .write((transaction) => transaction.delete(oid))
        .catch(() => undefined);
      return ended !== undefined;
    });
    // Faults are no passing; they are looked through.
    const reader = { findByValue: (asked: string) => untilAnswered(() => near.reader.findByValue(asked)) };
    passedMs.push(await passingTime({ reader: { ...near.reader, ...reader } }, value));
    await delay(PAUSE_MS);
  }
  expect(Math.max(...passedMs)).toBeLessThanOrEqual(MAX_STALE_MS);
  await waitFor("a near cache that is on", () => isOn(near));
}

async function untilAnswered<T>(ask: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await delay(5);
    }
  }
}

describeUnless(serverMissing(), `the near cache and failovers`, () => {
  describe(`of a Cluster (${first?.name})`, () => {
    let cluster: ValkeyCluster;
    beforeAll(async () => {
      cluster = await startCluster({ binary: first?.binary });
    });
    const options = (): ValkeyOptions => ({
      servers: cluster.nodes.map(({ host, port }) => ({ host, port })),
      topology: { kind: "cluster" },
      prefix: "wca",
      timeoutMs: 1000,
    });
    afterEach(() => cluster.waitUntilWell());

    test("that somebody asks for", async () => {
      await endCookiesThrough(options(), async () => {
        const [replica] = await cluster.replicasOf(await cluster.primaryOf("{wca}"));
        await replica?.client().call("CLUSTER", "FAILOVER");
      });
    });

    test("after the primary has died", async () => {
      let primary: ValkeyServer | undefined;
      await endCookiesThrough(options(), async () => {
        primary = await cluster.primaryOf("{wca}");
        await primary.kill();
      });
      await primary?.restart();
    });
  });

  describe(`of Sentinels (${last?.name})`, () => {
    let group: ValkeySentinels;
    beforeAll(async () => {
      group = await startSentinels({ binary: last?.binary });
    });
    const options = (): ValkeyOptions => ({
      servers: group.sentinels.map(({ host, port }) => ({ host, port })),
      topology: { kind: "sentinel", name: group.name },
      prefix: "wca",
      timeoutMs: 1000,
    });
    afterEach(async () => void (await group.waitUntilWell()));

    test("after the primary has died, and after it stood still", async () => {
      let primary: ValkeyServer | undefined;
      await endCookiesThrough(options(), async () => {
        primary = await group.primary();
        await primary.kill();
      });
      await primary?.restart();
      await group.waitUntilWell();
      await endCookiesThrough(options(), async () => {
        primary = await group.primary();
        primary.freeze();
      });
      primary?.thaw();
    });
  });
});
