// Two Crossbars with three router workers, and three authenticators, each attached to all of them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InvokePolicy } from "../../src/config/config.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { type Crossbar, freePorts, startCrossbar } from "./crossbar.js";
import { PREFIX, REALMS, ticketOf, USER_ROLE } from "./crossbar-sessions-node.js";
import type { Welcome } from "./crossbar-sessions-scene.js";
import { instanceConfig, type ManyInstance, startInstance } from "./many-instance.js";
import { type ManyNodeWorker, manyNode } from "./many-node.js";
import type { Host } from "./network-namespaces.js";
import { waitFor } from "./wait-for.js";
import { joinAs } from "./wamp-client.js";

/** The machines of the authenticators; routers and tests are together on another one. */
export interface ManyMachines {
  /** Where authenticators find the routers. */
  readonly self: Pick<Host, "address">;
  readonly hosts: readonly Pick<Host, "address" | "within">[];
}

export interface ManySceneOptions {
  readonly machines: ManyMachines;
  readonly invoke: InvokePolicy;
  /** Of the routers, for the authenticators. */
  readonly pings: { readonly intervalMs: number; readonly timeoutMs: number } | undefined;
  /** The section `store`; by default one LMDB database for all. */
  readonly store?: object | undefined;
}

export interface LoggedIn {
  readonly value: string;
  readonly oid: string;
}

export interface ManyScene {
  /** The URLs of the clients' transports: two router workers of the first Crossbar, and one of the second. */
  readonly urls: readonly string[];
  readonly instances: ManyInstance[];
  /** Starts the instance of this index anew, and waits until it is ready. */
  restart(index: number): Promise<void>;
  /** Ends all instances and starts them with another policy. */
  restartAll(invoke: InvokePolicy): Promise<void>;
  /** Waits until all instances are. */
  ready(): Promise<void>;
  /** A backend on a router. */
  joinBackend(router: number): Promise<Welcome>;
  /** A user's client on a router. */
  joinUser(router: number, value: string): Promise<Welcome>;
  /** Logs a user in. */
  logIn(backend: Welcome, authid: string): Promise<LoggedIn>;
  stop(): Promise<void>;
}

/** Three processes of one machine: what there is without network namespaces. */
export const ONE_MACHINE: ManyMachines = {
  self: { address: "127.0.0.1" },
  hosts: [1, 2, 3].map(() => ({ address: "127.0.0.1", within: [] })),
};

const [REALM] = REALMS;
const READY_MS = 60_000;

export async function startManyScene(options: ManySceneOptions): Promise<ManyScene> {
  const directory = mkdtempSync(join(tmpdir(), "wca-many-"));
  const cookies = join(directory, "cookies");
  if (options.store === undefined) await initCookieStore(cookies);
  const ports = await freePorts(6 + options.machines.hosts.length);
  const workers = [0, 2, 4].map(
    (at): ManyNodeWorker => ({
      component: ports[at] ?? 0,
      client: ports[at + 1] ?? 0,
    }),
  );
  const nodes = [workers.slice(0, 2), workers.slice(2)];
  const crossbars: Crossbar[] = await Promise.all(
    nodes.map((of, index) => {
      const home = mkdtempSync(join(directory, `node-${index}-`));
      return startCrossbar({
        nodeConfig: manyNode({ workers: of, pings: options.pings }),
        directory: home,
        deadlineMs: 90_000,
      });
    }),
  );
  const instances: ManyInstance[] = [];
  const joined: Welcome[] = [];

  const launch = (index: number, invoke: InvokePolicy): ManyInstance => {
    const {
      self: { address },
      hosts,
    } = options.machines;
    const { within = [], address: own = address } = hosts[index] ?? {};
    const health = { host: own, port: ports[6 + index] ?? 0 };
    const store = options.store ?? { path: cookies };
    const file = join(directory, `instance-${index}.json`);
    const urls = workers.map(({ component }) => `ws://${address}:${component}`);
    writeFileSync(file, JSON.stringify({ store, ...instanceConfig(invoke, urls, health) }), { mode: 0o600 });
    return startInstance(file, within, `http://${own}:${health.port}/readyz`);
  };
  const keep = async (url: string, login: { authid?: string; ticket: string }): Promise<Welcome> => {
    const outcome = await joinAs({ url, realm: REALM, ...login });
    if (outcome.kind !== "welcome") throw new Error(`not welcome: ${outcome.reason} ${outcome.message}`);
    joined.push(outcome);
    return outcome;
  };
  const scene: ManyScene = {
    urls: workers.map(({ client }) => `ws://127.0.0.1:${client}`),
    instances,
    async restart(index) {
      await instances[index]?.kill();
      instances[index] = launch(index, options.invoke);
      await scene.ready();
    },
    async restartAll(invoke) {
      await Promise.all(instances.map((one) => one.stop()));
      for (const index of instances.keys()) instances[index] = launch(index, invoke);
      await scene.ready();
    },
    async ready() {
      const all = async () => (await Promise.all(instances.map((one) => one.isReady()))).every(Boolean);
      await waitFor("all instances", all, READY_MS);
    },
    joinBackend: (router) =>
      keep(`ws://127.0.0.1:${workers[router]?.component}`, {
        authid: "backend",
        ticket: ticketOf("backend"),
      }),
    joinUser: (router, value) => keep(`ws://127.0.0.1:${workers[router]?.client}`, { ticket: value }),
    logIn: async (backend, authid) =>
      (await backend.session.call(`${PREFIX}login`, [], { authid, authrole: USER_ROLE })) as LoggedIn,
    async stop() {
      await Promise.all(joined.map((one) => one.close()));
      await Promise.all(instances.map((instance) => instance.kill()));
      await Promise.all(crossbars.map((crossbar) => crossbar.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  for (const index of options.machines.hosts.keys()) instances.push(launch(index, options.invoke));
  try {
    await scene.ready();
  } catch (error) {
    const logs = instances.map((instance) => instance.log().slice(-2000)).join("\n");
    await scene.stop();
    throw new Error(`${error instanceof Error ? error.message : error}\n${logs}`);
  }
  return scene;
}
