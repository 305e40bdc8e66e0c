// Faults of a Cluster of three primaries and three replicas under load.

import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { makeNetwork, type Network, namespacesMissing } from "../../support/network-namespaces.js";
import { startCluster, type ValkeyCluster } from "../../support/valkey-cluster.js";
import {
  expectHonesty,
  expectTruth,
  expectTruthAfter,
  type FaultReport,
  noteFigures,
  underFault,
} from "../../support/valkey-faults.js";
import type { Load } from "../../support/valkey-load.js";
import { findServers, serverMissing, stopServers, type ValkeyServer } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";

/** So soon does a primary without replicas refuse writes; the server's default is 10 s. */
const MAX_LAG_SECONDS = 1;
const KEY = "{wca}";

/** So old is what a store may still answer of a primary that is no longer one: it asks every second who is. */
const STALE_MS = 2000;

jest.setTimeout(90_000);

// The Sentinels' tests take the other one, where there are two.
const server = findServers().at(-1);
const hosts = namespacesMissing() === undefined ? "hosts as network namespaces" : "processes on loopback";
const title = `faults of a Cluster (${server?.name} ${server?.version}, ${hosts})`;

describeUnless(serverMissing(), title, () => {
  let network: Network | undefined;
  let cluster: ValkeyCluster;

  beforeAll(async () => {
    if (namespacesMissing() === undefined) network = makeNetwork(6);
    cluster = await startCluster({
      binary: server?.binary,
      hosts: network?.hosts,
      args: ["--appendonly", "yes", "--min-replicas-max-lag", `${MAX_LAG_SECONDS}`],
    });
  });

  afterEach(async () => {
    network?.heal();
    await cluster.waitUntilWell();
  });

  afterAll(async () => {
    await stopServers();
    network?.remove();
  });

  const options = (replicas: number): ValkeyOptions => ({
    servers: cluster.nodes.slice(0, 3).map(({ host, port }) => ({ host, port })),
    topology: { kind: "cluster" },
    // Hosts of their own, beyond loopback.
    allowPlaintext: true,
    prefix: "wca",
    timeoutMs: 1000,
    wait: replicas === 0 ? undefined : { replicas, timeoutMs: 500 },
  });

  /** `replicas` is both what a commit waits for and what the servers ask for before they take one. */
  const run = async (
    name: string,
    replicas: number,
    fault: (primary: ValkeyServer, load: Load) => Promise<void>,
  ): Promise<FaultReport> => {
    for (const one of cluster.nodes) {
      const admin = one.client();
      await admin.config("SET", "min-replicas-to-write", `${replicas}`);
      admin.disconnect();
    }
    const primary = await cluster.primaryOf(KEY);
    const report = await underFault(options(replicas), (load) => fault(primary, load));
    noteFigures(`Cluster, ${server?.name} ${server?.version}, wait ${replicas}: ${name}`, report);
    return report;
  };

  const another = (than: ValkeyServer): Promise<ValkeyServer> =>
    waitFor("another primary", async () => {
      const primary = await cluster.primaryOf(KEY);
      return primary === than ? undefined : primary;
    });

  test("the primary is killed: look-ups go on with its replica, logins when there are two again", async () => {
    const report = await run("primary killed", 1, async (primary, load) => {
      await primary.kill();
      await load.goesOn(["look-up"]);
      await load.fails("login");
      await primary.restart();
    });
    expectTruth(report);
  });

  test("an ordered failover: nothing fails", async () => {
    const report = await run("CLUSTER FAILOVER", 1, async (primary) => {
      const [replica] = await cluster.replicasOf(primary);
      const admin = replica?.client();
      await admin?.call("CLUSTER", "FAILOVER");
      admin?.disconnect();
      await another(primary);
    });
    expectTruth(report);
  });

  test("the primary is frozen, and thawed when its replica has taken over", async () => {
    const report = await run("primary frozen", 1, async (primary, load) => {
      primary.freeze();
      await another(primary);
      await load.goesOn(["look-up"]);
      primary.thaw();
    });
    expectTruth(report);
  });

  test("the scripts are flushed: nobody notices", async () => {
    const report = await run("scripts flushed", 1, async (primary, load) => {
      const admin = primary.client();
      for (let n = 0; n < 5; n += 1) {
        await admin.script("FLUSH");
        await load.goesOn();
      }
      admin.disconnect();
    });
    expectTruth(report);
    expect(Object.values(report.tallies).map(({ failed }) => failed)).toEqual([{}, {}, {}]);
  });

  test("all nodes are killed and started again, with AOF", async () => {
    const report = await run("all restarted", 1, async (_primary, load) => {
      await Promise.all(cluster.nodes.map((node) => node.kill()));
      await load.fails("look-up");
      await Promise.all(cluster.nodes.map((node) => node.restart()));
    });
    expectTruth(report);
  });

  describeUnless(namespacesMissing(), "partitions", () => {
    const cutOff = async (primary: ValkeyServer): Promise<ValkeyServer> => {
      const own = network?.hosts.filter(({ address }) => address === primary.host) ?? [];
      const others = network?.hosts.filter((host) => !own.includes(host)) ?? [];
      network?.separate(own, others);
      return another(primary);
    };

    test("the primary is cut off from all other nodes, not from clients", async () => {
      const report = await run("primary cut off from all nodes", 1, async (primary, load) => {
        await load.movesTo(await cutOff(primary));
        await load.goesOn(["look-up"]);
        network?.heal();
      });
      expectTruthAfter(report, STALE_MS);
    });

    test("the same without waiting for replicas: what only the old primary has is lost, and it is no fault", async () => {
      const report = await run("primary cut off from all nodes", 0, async (primary, load) => {
        await load.movesTo(await cutOff(primary));
        await load.goesOn();
        network?.heal();
      });
      expectHonesty(report);
    });

    test("the clients are cut off from all", async () => {
      const report = await run("clients cut off", 1, async (_primary, load) => {
        if (network) network.separate([network.self], network.hosts);
        await load.fails("look-up");
        await load.fails("login");
        network?.heal();
      });
      expectTruth(report);
      expect(report.tallies["look-up"].failed).not.toEqual({});
    });
  });
});
