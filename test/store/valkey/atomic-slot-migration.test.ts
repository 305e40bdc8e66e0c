// A Cluster moves the store's slot at once (`CLUSTER MIGRATESLOTS`, Valkey 9): look-ups and logins go on, and nothing is lost.

import { afterAll, expect, test } from "@jest/globals";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { startCluster } from "../../support/valkey-cluster.js";
import { findServers, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { makeFields } from "../conformance.js";
import { checkKeys } from "./check-keys.js";

const able = findServers().find(
  ({ name, version }) => name === "valkey" && Number(version.split(".")[0]) >= 9,
);
const missing = able === undefined ? "no Valkey 9 on this machine" : undefined;

describeUnless(missing, "a slot that moves at once", () => {
  afterAll(() => stopServers());

  test("is moved under load", async () => {
    const cluster = await startCluster({ binary: able?.binary ?? "", primaries: 2, replicas: 0 });
    const prefix = "moving";
    const keys = valkeyKeys(prefix);
    const store = await openValkeyStore({
      servers: cluster.nodes.map(({ host, port }) => ({ host, port })),
      topology: { kind: "cluster" },
      prefix,
      hashValues: false,
      timeoutMs: 1000,
    });
    const acknowledged = Array.from({ length: 500 }, () => makeFields());
    await store.writer.write((on) => acknowledged.map((fields) => on.put(fields)));
    const source = await cluster.primaryOf(keys.marks);
    const target = cluster.nodes.find((node) => node !== source);
    if (target === undefined) throw new Error("there are two");
    const [from, to] = [source.client(), target.client()];

    let isOver = false;
    let answers = 0;
    const load = async (): Promise<void> => {
      while (!isOver) {
        const one = acknowledged[answers % acknowledged.length];
        expect((await store.reader.findByValue(one?.value ?? ""))?.oid).toBe(one?.oid);
        const fields = makeFields();
        await store.writer.write((on) => on.put(fields));
        acknowledged.push(fields);
        answers += 1;
      }
    };
    const loads = Array.from({ length: 8 }, load);
    await waitFor("the load", () => answers > 100);
    const slot = await from.cluster("KEYSLOT", keys.marks);
    await from.call("CLUSTER", ["MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", await to.cluster("MYID")]);
    await waitFor("the slot to be the target's", async () => {
      const [job] = (await from.call("CLUSTER", ["GETSLOTMIGRATIONS"])) as [unknown[]];
      if (job.includes("failed")) throw new Error(`the migration failed: ${job.join(" ")}`);
      return job.includes("success");
    });
    const before = answers;
    await waitFor("answers of the target", () => answers > before + 100);
    isOver = true;
    await Promise.all(loads);

    expect(await cluster.primaryOf(keys.marks)).toBe(target);
    expect(await checkKeys(to, prefix, 10_000)).toEqual(acknowledged.map(({ oid }) => oid).sort());
    await store.close();
    await cluster.stop();
  }, 60_000);
});
