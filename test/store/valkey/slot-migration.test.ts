// A Cluster moves the store's slot, key by key: meanwhile there are faults, never a session that seems to have ended.

import { afterAll, expect, test } from "@jest/globals";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { PAGE_SCRIPT } from "../../../src/store/valkey/read-scripts.js";
import { valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { startCluster } from "../../support/valkey-cluster.js";
import { findServers, serverMissing, stopServers } from "../../support/valkey-server.js";
import { makeFields } from "../conformance.js";
import { checkKeys } from "./check-keys.js";

/** What a look-up, a listing or a write may come to while a key is on its way. */
const FAULTS = ["ERR_STORE_UNAVAILABLE", "ERR_STORE_TIMEOUT"];

describeUnless(serverMissing(), "a slot that moves", () => {
  const stores: CookieStore[] = [];
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await stopServers();
  });

  test.each(findServers().map(({ name, version, binary }) => [`${name} ${version}`, binary] as const))(
    "%s",
    async (_, binary) => {
      const cluster = await startCluster({ binary, primaries: 2, replicas: 0 });
      const prefix = "moving";
      const keys = valkeyKeys(prefix);
      const store = await openValkeyStore({
        servers: cluster.nodes.map(({ host, port }) => ({ host, port })),
        topology: { kind: "cluster" },
        prefix,
        hashValues: false,
        timeoutMs: 400,
      });
      stores.push(store);
      const all = Array.from({ length: 6 }, () => makeFields());
      await store.writer.write((on) => {
        for (const fields of all) {
          on.put(fields);
          on.putUse(fields.oid, { lastUsedNs: 5n });
        }
      });

      const source = await cluster.primaryOf(keys.marks);
      const target = cluster.nodes.find((node) => node !== source);
      if (target === undefined) throw new Error("there are two");
      const [from, to] = [source.client(), target.client()];
      const [fromId, toId] = [String(await from.cluster("MYID")), String(await to.cluster("MYID"))];
      const slot = await from.cluster("KEYSLOT", keys.marks);
      await to.cluster("SETSLOT", slot, "IMPORTING", fromId);
      await from.cluster("SETSLOT", slot, "MIGRATING", toId);

      /** Whether it is answered, and if so, rightly. */
      const settle = async <T>(run: () => Promise<T> | T): Promise<T | "fault"> => {
        try {
          return await run();
        } catch (error) {
          expect(FAULTS).toContain((error as { code?: string }).code);
          return "fault";
        }
      };
      let answers = 0;
      const expectNoneLost = async (): Promise<void> => {
        const { reader, writer } = store;
        const [one] = all;
        const found = await Promise.all([
          ...all.map(async ({ oid }) => settle(async () => (await reader.findByOid(oid))?.oid === oid)),
          ...all.map(async ({ value }) =>
            settle(async () => (await reader.findByValue(value))?.value === value),
          ),
          ...all.map(async ({ oid }) =>
            settle(async () => (await reader.findUsed({ oid }))?.use?.lastUsedNs === 5n),
          ),
          settle(async () => (await reader.list({ limit: 10 })).cookies.length === all.length),
          settle(
            async () =>
              (await reader.list({ limit: 10, where: { authid: "joe" } })).cookies.length === all.length,
          ),
          settle(async () => (await writer.write((on) => on.listByAuthid("joe").length)) === all.length),
          settle(async () => {
            await writer.write((on) => on.put({ ...makeFields(), oid: one?.oid ?? "", value: one?.value }));
            return true;
          }),
          settle(async () => (await store.sweepIndexes()).removed === 0),
        ]);
        expect(found.filter((answer) => answer !== "fault")).not.toContain(false);
        answers += found.filter((answer) => answer === true).length;
      };

      /** The node that gets the slot, asked as who follows `ASK` asks it: an error, or all of every cookie. */
      const expectWholeAnswer = async (): Promise<number> => {
        const ask = to.pipeline().call("ASKING");
        const names = [PAGE_SCRIPT.source, "2", keys.marks, keys.oids];
        const [, [error, page] = []] =
          (await ask.call("EVAL", ...names, keys.start, "-", "+", "10", "1").exec()) ?? [];
        if (error) return 1;
        expect(page).toHaveLength(all.length);
        for (const entry of page as unknown[]) expect(entry).not.toContain(null);
        return 0;
      };
      await expectNoneLost();
      let errors = 0;
      // The marks and the oids first: then the client is sent to the target, which doesn't have the rest yet.
      const rank = (name: string): number => [keys.oids, keys.marks].indexOf(name);
      const names = (await from.keys(`{${prefix}}:*`)).sort((a, b) => rank(b) - rank(a));
      for (const [at, name] of names.entries()) {
        await from.migrate(target.host, target.port, name, 0, 5000);
        errors += await expectWholeAnswer();
        if (at % 6 === 0) await expectNoneLost();
      }
      expect(errors).toBeGreaterThan(0);
      expect(await expectWholeAnswer()).toBe(0);
      await expectNoneLost();
      for (const node of [to, from]) await node.cluster("SETSLOT", slot, "NODE", toId);
      await expectNoneLost();
      expect(answers).toBeGreaterThan(0);

      expect(await checkKeys(to, prefix, 10_000)).toEqual(all.map(({ oid }) => oid).sort());
      const fields = makeFields();
      await store.writer.write((on) => on.put(fields));
      expect((await store.reader.findByOid(fields.oid))?.oid).toBe(fields.oid);
      await store.close();
      await cluster.stop();
    },
    60_000,
  );
});
