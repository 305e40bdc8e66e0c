// Finding the primary while some of those who know it are gone. Failovers under load: the fault tests.

import { afterEach, expect, test } from "@jest/globals";
import { createPrimaryFinder } from "../../../src/store/valkey/primary-finder.js";
import type { ServerAddress, ValkeyTopology } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { freePort } from "../../support/crossbar-ports.js";
import { startCluster } from "../../support/valkey-cluster.js";
import { startSentinels } from "../../support/valkey-sentinels.js";
import { serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { timed } from "./client-on.js";

afterEach(stopServers);

const addressOf = ({ host, port }: ServerAddress): ServerAddress => ({ host, port });

function finderOf(servers: readonly ServerAddress[], topology: ValkeyTopology) {
  return createPrimaryFinder({ servers: servers.map(addressOf), topology, prefix: "wca", timeoutMs: 2000 });
}

describeUnless(serverMissing(), "primary finder", () => {
  test("a frozen Sentinel holds nobody up, and the last one that answers is enough", async () => {
    const group = await startSentinels();
    const [first, second, third] = group.sentinels;
    const finder = finderOf(group.sentinels, { kind: "sentinel", name: group.name });
    const primary = addressOf(await group.primary());
    expect(await finder.find()).toEqual(primary);
    first?.freeze();
    const { ms } = await timed(async () => expect(await finder.find()).toEqual(primary));
    expect(ms).toBeLessThan(450);
    await second?.kill();
    expect(await finder.find()).toEqual(primary);
    await third?.kill();
    await expect(finder.find()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    first?.thaw();
    await waitFor("the first one answers again", () =>
      finder.find().then(
        () => true,
        () => false,
      ),
    );
    finder.close();
    await group.stop();
  });

  test("a Sentinel that has slept through a failover isn't believed", async () => {
    const group = await startSentinels();
    const [sleeper, ...others] = group.sentinels;
    const old = await group.primary();
    sleeper?.freeze();
    await old.kill();
    await waitFor("the others have a new primary", async () => {
      const names = await Promise.all(
        others.map((sentinel) => sentinel.client().call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group.name)),
      );
      return names.every((name) => Array.isArray(name) && Number(name[1]) !== old.port);
    });
    // It alone names the old primary; with another one the newer configuration counts.
    const finder = finderOf(group.sentinels, { kind: "sentinel", name: group.name });
    sleeper?.thaw();
    expect((await finder.find()).port).not.toBe(old.port);
    finder.close();
    await group.stop();
  });

  test("a Cluster is found again when all nodes that are configured are gone", async () => {
    const cluster = await startCluster();
    const owner = await cluster.primaryOf("{wca}:a");
    const seed = cluster.nodes.find((node) => node !== owner);
    const gone = { host: "127.0.0.1", port: await freePort() };
    if (seed === undefined) throw new Error("one node only");
    const finder = finderOf([gone, seed], { kind: "cluster" });
    expect(await finder.find()).toEqual(addressOf(owner));
    await seed.kill();
    expect(await finder.find()).toEqual(addressOf(owner));
    finder.close();
    await cluster.stop();
  });

  test("a server of another kind is named", async () => {
    const server = await startServer();
    const fault = (topology: ValkeyTopology) => finderOf([server], topology).find();
    await expect(fault({ kind: "sentinel", name: "mymaster" })).rejects.toMatchObject({
      code: "ERR_STORE_SERVER",
      message: "a server of store.servers is no Sentinel",
    });
    await expect(fault({ kind: "cluster" })).rejects.toMatchObject({
      code: "ERR_STORE_SERVER",
      message: "a server of store.servers is no node of a Cluster",
    });
  });

  test("a login that a Sentinel refuses is the Sentinel's", async () => {
    const sentinel = await startServer({ args: ["--requirepass", "secret"] });
    const login = { username: "default", password: "wrong" };
    const asked = finderOf([sentinel], { kind: "sentinel", name: "mymaster", login }).find();
    await expect(asked).rejects.toMatchObject({
      code: "ERR_STORE_ACCESS",
      hint: expect.stringContaining("store.sentinel.password"),
    });
  });
});
