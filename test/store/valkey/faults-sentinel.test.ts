// Faults of a Sentinel group under load: what clients get, and that nothing acknowledged is lost where that is promised.

import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { makeNetwork, type Network, namespacesMissing } from "../../support/network-namespaces.js";
import {
  expectHonesty,
  expectTruth,
  expectTruthAfter,
  type FaultReport,
  noteFigures,
  underFault,
} from "../../support/valkey-faults.js";
import type { Load } from "../../support/valkey-load.js";
import { startSentinels, type ValkeySentinels } from "../../support/valkey-sentinels.js";
import { findServers, serverMissing, stopServers, type ValkeyServer } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";

/** So soon does a primary without replicas refuse writes; the server's default is 10 s. */
const MAX_LAG_SECONDS = 1;

/** So old is what a store may still answer of a primary that is no longer one: it asks every second who is. */
const STALE_MS = 2000;

jest.setTimeout(90_000);

// The Cluster's tests take the other one, where there are two.
const [server] = findServers();
const hosts = namespacesMissing() === undefined ? "hosts as network namespaces" : "processes on loopback";
const title = `faults of a Sentinel group (${server?.name} ${server?.version}, ${hosts})`;

describeUnless(serverMissing(), title, () => {
  let network: Network | undefined;
  let group: ValkeySentinels;

  beforeAll(async () => {
    if (namespacesMissing() === undefined) network = makeNetwork(3);
    group = await startSentinels({
      binary: server?.binary,
      hosts: network?.hosts,
      downAfterMs: 1000,
      args: ["--appendonly", "yes", "--min-replicas-max-lag", `${MAX_LAG_SECONDS}`],
    });
  });

  afterEach(async () => {
    network?.heal();
    await group.waitUntilWell();
  });

  afterAll(async () => {
    await stopServers();
    network?.remove();
  });

  const options = (replicas: number): ValkeyOptions => ({
    servers: group.sentinels.map(({ host, port }) => ({ host, port })),
    topology: { kind: "sentinel", name: group.name },
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
    for (const one of group.servers) {
      const admin = one.client();
      await admin.config("SET", "min-replicas-to-write", `${replicas}`);
      admin.disconnect();
    }
    const primary = await group.waitUntilWell();
    const report = await underFault(options(replicas), (load) => fault(primary, load));
    noteFigures(`Sentinel, ${server?.name} ${server?.version}, wait ${replicas}: ${name}`, report);
    return report;
  };

  const another = (than: ValkeyServer): Promise<ValkeyServer> =>
    waitFor("another primary", async () => {
      const primary = await group.primary();
      return primary === than ? undefined : primary;
    });

  /** Sentinels give an ordered failover up, in silence, if what they know of the replicas is too old. */
  const failOver = async (primary: ValkeyServer): Promise<void> => {
    const sentinel = group.sentinels[0]?.client();
    let orderedAt = 0;
    await waitFor("an ordered failover", async () => {
      if (performance.now() - orderedAt > 3000) {
        await sentinel?.call("SENTINEL", "FAILOVER", group.name).catch(() => {});
        orderedAt = performance.now();
      }
      return (await group.primary()) !== primary;
    });
    sentinel?.disconnect();
  };

  test("the primary is killed", async () => {
    const report = await run("primary killed", 1, async (primary, load) => {
      await primary.kill();
      await load.goesOn();
      await primary.restart();
    });
    expectTruth(report);
  });

  test("an ordered failover, with as many replicas to wait for as there are", async () => {
    const report = await run("SENTINEL FAILOVER", 2, async (primary) => {
      await failOver(primary);
    });
    expectTruth(report);
  });

  test("an ordered failover, with one replica of two to wait for: the other one may be chosen", async () => {
    const report = await run("SENTINEL FAILOVER", 1, async (primary) => {
      await failOver(primary);
    });
    expectHonesty(report);
  });

  test("the primary is frozen, and thawed when another one is chosen", async () => {
    const report = await run("primary frozen", 1, async (primary, load) => {
      primary.freeze();
      await another(primary);
      await load.goesOn();
      primary.thaw();
    });
    // Not without any loss: with one of two replicas to wait for, the other one may be chosen (docs/valkey.md).
    expectHonesty(report);
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

  test("all servers and Sentinels are killed and started again, with AOF", async () => {
    const report = await run("all restarted", 1, async (_primary, load) => {
      const all = [...group.servers, ...group.sentinels];
      await Promise.all(all.map((one) => one.kill()));
      await load.fails("look-up");
      await Promise.all(all.map((one) => one.restart()));
    });
    expectTruth(report);
  });

  describeUnless(namespacesMissing(), "partitions", () => {
    const hostOf = (one: ValkeyServer | undefined) =>
      network?.hosts.filter(({ address }) => address === one?.host) ?? [];

    const cutOff = async (primary: ValkeyServer): Promise<ValkeyServer> => {
      const own = hostOf(primary);
      const others = network?.hosts.filter((host) => !own.includes(host)) ?? [];
      network?.separate(own, others);
      return another(primary);
    };

    test("the primary is cut off from replicas and Sentinels, not from clients", async () => {
      const report = await run("primary cut off from replicas and Sentinels", 1, async (primary, load) => {
        await load.movesTo(await cutOff(primary));
        await load.goesOn();
        network?.heal();
      });
      expectTruthAfter(report, STALE_MS);
    });

    test("the same without waiting for replicas: what only the old primary has is lost, and it is no fault", async () => {
      const report = await run("primary cut off from replicas and Sentinels", 0, async (primary, load) => {
        await load.movesTo(await cutOff(primary));
        await load.goesOn();
        network?.heal();
      });
      expectHonesty(report);
    });

    test("a replica is behind when the primary is killed, with one of two to wait for: it may be chosen", async () => {
      const report = await run("a replica behind, primary killed", 1, async (primary, load) => {
        const behind = group.servers.find((one) => one !== primary);
        network?.separate(hostOf(primary), hostOf(behind));
        await load.goesOn();
        await primary.kill();
        await load.movesTo(await another(primary));
        network?.heal();
        await primary.restart();
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
