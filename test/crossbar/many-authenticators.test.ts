// Three authenticators behind three router workers of two Crossbars, and one of them killed, frozen or cut off: no client
// with a good cookie is denied, all get in after a try or two, and sessions whose cookie ends are closed everywhere.
//
// The authenticators' hosts are network namespaces, each with a Valkey and a Sentinel, and the routers are on the test's
// own. Where one can't have that, it is three processes on one LMDB database, and what needs hosts is skipped.

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { PREFIX, REALMS } from "../support/crossbar-sessions-node.js";
import type { Welcome } from "../support/crossbar-sessions-scene.js";
import {
  type Join,
  type JoinLoad,
  type JoinSummary,
  startJoinLoad,
  summarizeJoins,
} from "../support/join-load.js";
import type { ManyInstance } from "../support/many-instance.js";
import { type LoggedIn, type ManyScene, ONE_MACHINE, startManyScene } from "../support/many-scene.js";
import { makeNetwork, type Network, namespacesMissing } from "../support/network-namespaces.js";
import { startSentinels, type ValkeySentinels } from "../support/valkey-sentinels.js";
import { serverMissing } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";

const PINGS = { intervalMs: 1000, timeoutMs: 1000 };
/** When the router has dropped a silent instance, on a busy machine. */
const DROPPED_MS = PINGS.intervalMs + PINGS.timeoutMs + 4000;
/** A client that gives a try up, and tries again. */
const CLIENT = { everyMs: 25, timeoutMs: 1500, retries: 4 };
/** So many first tries in a row that go well: one in three instances doesn't fail any more. */
const SMOOTH = 40;
const ENDED_MS = 5000;
const ROUTERS = [0, 1, 2];
/** Sentinels agree, and clients have found the new primary. */
const FAILOVER_MS = 15_000;

const hostsMissing = namespacesMissing() ?? serverMissing();

describeUnless(crossbarMissing(), "three authenticators behind three routers", () => {
  let network: Network | undefined;
  let group: ValkeySentinels | undefined;
  let scene: ManyScene;
  let backend: Welcome;

  beforeAll(async () => {
    if (hostsMissing === undefined) {
      network = makeNetwork(3);
      group = await startSentinels({ hosts: network.hosts });
    }
    const store = group === undefined ? undefined : sentinelStore(group);
    const machines = network ?? ONE_MACHINE;
    scene = await startManyScene({ machines, invoke: "roundrobin", pings: PINGS, store });
    backend = await scene.joinBackend(0);
  }, 150_000);

  // Whatever a test has done to it, for the next one.
  afterEach(async () => {
    victim().signal("SIGCONT");
    network?.heal();
    await scene.ready();
  }, 60_000);

  afterAll(async () => {
    await scene?.stop();
    await group?.stop();
    network?.remove();
  }, 60_000);

  /** A host from the other two, and from the routers, or not. */
  const cutOff = (index: number, { routers }: { readonly routers: boolean }): void => {
    if (network === undefined) throw new Error("there is no network");
    const others = network.hosts.filter((_, at) => at !== index);
    const from = routers ? [network.self, ...others] : others;
    network.separate(network.hosts.slice(index, index + 1), from);
  };
  const victim = (): ManyInstance => {
    const [, second] = scene.instances;
    if (second === undefined) throw new Error("there is no second instance");
    return second;
  };

  /** Clients come all the time; something happens, and they go on coming until it is over. */
  async function joinThrough(
    happens: () => unknown,
    meanwhile: (load: JoinLoad) => unknown,
  ): Promise<JoinSummary> {
    const { value } = await scene.logIn(backend, "joe");
    const load = startJoinLoad({ urls: scene.urls, realm: REALMS[0], ticket: value, ...CLIENT });
    const beganMs = performance.now();
    try {
      await waitFor("the first clients", () => load.isSmooth(10, beganMs));
      const sinceMs = performance.now();
      await happens();
      await meanwhile(load);
      await waitFor("clients to get in at once", () => load.isSmooth(SMOOTH, sinceMs));
      return summarizeJoins(await load.stop(), sinceMs);
    } finally {
      await load.stop();
    }
  }

  const allGotIn = ({ clients, firstTry, lastTry }: JoinSummary): void => {
    expect(firstTry.denied + lastTry.denied).toBe(0);
    expect(lastTry).toEqual({ welcome: clients, denied: 0, fault: 0, hung: 0 });
  };

  /** Who meets the instance that doesn't answer tries again. */
  async function again<T extends object>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
    return waitFor(what, () => attempt().catch(() => undefined));
  }

  /** A user with a live connection on each router. */
  async function joinEverywhere(): Promise<LoggedIn & { readonly users: readonly Welcome[] }> {
    const session = await scene.logIn(backend, "ann");
    const users = await Promise.all(ROUTERS.map((router) => scene.joinUser(router, session.value)));
    return { ...session, users };
  }

  /** The cookie is ended on the first router; the connections on all of them are closed. */
  async function endEverywhere({ oid, users }: Awaited<ReturnType<typeof joinEverywhere>>): Promise<void> {
    await again("the logout", async () => ({
      done: await backend.session.call(`${PREFIX}logout`, [], { oid }),
    }));
    const begin = performance.now();
    const endings = await Promise.all(users.map(({ ended }) => ended));
    expect(endings.map(({ reason }) => reason)).toEqual(ROUTERS.map(() => `${PREFIX}ended.revoked`));
    expect(performance.now() - begin).toBeLessThan(ENDED_MS);
  }

  const hasDisturbed = ({ firstTry, disturbedMs }: JoinSummary): void => {
    expect(firstTry.hung + firstTry.fault).toBeGreaterThan(0);
    expect(disturbedMs).toBeLessThan(DROPPED_MS);
  };

  test("a cookie that ends has its sessions closed on all routers, and that several do it bothers nobody", async () => {
    const before = scene.instances.map((instance) => instance.log().length);
    for (let round = 0; round < 5; round++) await endEverywhere(await joinEverywhere());
    scene.instances.forEach((instance, index) => {
      expect(instance.complaints(before[index])).toEqual([]);
    });
  }, 30_000);

  test("one is killed: who was at it tries again and gets in", async () => {
    const live = await joinEverywhere();
    const summary = await joinThrough(
      () => victim().kill(),
      () => endEverywhere(live),
    );
    allGotIn(summary);
    expect(summary.firstTry.hung).toBe(0);
    await scene.restart(1);
  }, 60_000);

  test("one is frozen: its share hangs until the router drops it, and a second try gets in", async () => {
    const live = await joinEverywhere();
    const summary = await joinThrough(
      () => victim().signal("SIGSTOP"),
      () => endEverywhere(live),
    );
    allGotIn(summary);
    hasDisturbed(summary);
  }, 60_000);

  describeUnless(hostsMissing, "on hosts of their own", () => {
    test("one is cut off: the same as frozen; healed, it is back by itself", async () => {
      const live = await joinEverywhere();
      const summary = await joinThrough(
        () => cutOff(1, { routers: true }),
        () => endEverywhere(live),
      );
      allGotIn(summary);
      hasDisturbed(summary);
    }, 60_000);

    test("one is cut off from the store alone: it says at once that it can't know, and a second try gets in", async () => {
      const live = await joinEverywhere();
      const summary = await joinThrough(
        () => cutOff(1, { routers: false }),
        async ({ joins }) => {
          await endEverywhere(live);
          const isFault = ({ tries }: Join): boolean => tries[0]?.kind === "fault";
          await waitFor("faults", () => joins.filter(isFault).length >= 3);
          network?.heal();
        },
      );
      allGotIn(summary);
      expect(summary.firstTry.hung).toBe(0);
    }, 60_000);

    test("the one with the primary is cut off: faults and no denials until the others have a new one", async () => {
      const live = await joinEverywhere();
      const primary = await group?.primary();
      const index = network?.hosts.findIndex(({ address }) => address === primary?.host) ?? -1;
      const summary = await joinThrough(
        () => cutOff(index, { routers: true }),
        () => endEverywhere(live),
      );
      expect(summary.firstTry.denied + summary.lastTry.denied).toBe(0);
      expect(summary.firstTry.fault).toBeGreaterThan(0);
      expect(summary.disturbedMs).toBeLessThan(FAILOVER_MS);
      expect((await group?.primary())?.host).not.toBe(primary?.host);
    }, 60_000);
  });

  test("the router's choice is random, and one is frozen: as with roundrobin", async () => {
    await scene.restartAll("random");
    const summary = await joinThrough(
      () => victim().signal("SIGSTOP"),
      () => undefined,
    );
    allGotIn(summary);
    hasDisturbed(summary);
  }, 60_000);
});

/** For all three authenticators: where the Sentinels are, and how long one look-up may take. */
function sentinelStore({ name, sentinels }: ValkeySentinels): object {
  return {
    type: "valkey",
    servers: sentinels.map(({ host, port }) => `${host}:${port}`),
    topology: "sentinel",
    sentinel: { name },
    allowPlaintext: true,
    timeout: 0.5,
  };
}
