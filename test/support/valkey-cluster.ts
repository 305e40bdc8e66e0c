// A real Cluster for tests: primaries that share the hash slots evenly, and replicas.

import type { Redis } from "ioredis";
import { freePort } from "./crossbar-ports.js";
import type { Host } from "./network-namespaces.js";
import { startServer, type ValkeyServer } from "./valkey-server.js";
import { waitFor } from "./wait-for.js";

export interface ClusterOptions {
  readonly binary?: string | undefined;
  /** Default: 3 and 3. Replicas go to the primaries in turn. */
  readonly primaries?: number | undefined;
  readonly replicas?: number | undefined;
  /** After which silence a node counts as failed; default 1000. */
  readonly nodeTimeoutMs?: number | undefined;
  readonly args?: readonly string[] | undefined;
  /** Where the nodes run, in turn; default: all on loopback. */
  readonly hosts?: readonly Host[] | undefined;
}

export interface ValkeyCluster {
  /** Primaries of the beginning first, then the replicas. */
  readonly nodes: readonly ValkeyServer[];
  /** Who has the slot of this key now, by the word of the nodes that answer; the newest one if several claim it. */
  primaryOf(key: string): Promise<ValkeyServer>;
  /** Nodes that say that they replicate this one. */
  replicasOf(primary: ValkeyServer): Promise<readonly ValkeyServer[]>;
  /** Every node that answers says that the Cluster is well, and each replica of them is linked to its primary. */
  waitUntilWell(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const WELL_MS = 30_000;

interface Node {
  readonly server: ValkeyServer;
  readonly busPort: number;
  readonly admin: Redis;
}

/** What a node says of itself in `CLUSTER NODES`. */
interface Self {
  readonly id: string;
  readonly primaryId: string | undefined;
  readonly epoch: number;
  readonly slots: readonly (readonly [number, number])[];
}

/** Resolves when all nodes say that it is well. */
export async function startCluster(options: ClusterOptions = {}): Promise<ValkeyCluster> {
  const { primaries = 3, replicas = 3 } = options;
  const started = await Promise.allSettled(
    Array.from({ length: primaries + replicas }, (_, at) => startNode(options, at)),
  );
  const nodes = started.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const cluster = clusterOf(nodes);
  try {
    for (const start of started) if (start.status === "rejected") throw start.reason;
    await join(nodes, primaries);
    await cluster.waitUntilWell();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function startNode(options: ClusterOptions, at: number): Promise<Node> {
  const host = options.hosts?.[at % options.hosts.length];
  const busPort = await freePort();
  const server = await startServer({
    binary: options.binary,
    host: host?.address,
    within: host?.within,
    args: [
      ...["--cluster-enabled", "yes", "--cluster-port", `${busPort}`],
      ...["--cluster-node-timeout", `${options.nodeTimeoutMs ?? 1000}`],
      // Replicas ask more often for a lost primary: a test doesn't wait for their default of 10 s.
      ...["--repl-ping-replica-period", "1"],
      ...(options.args ?? []),
    ],
  });
  return { server, busPort, admin: server.client({ commandTimeout: 1000, maxRetriesPerRequest: 1 }) };
}

async function join(nodes: readonly Node[], primaries: number): Promise<void> {
  const [first] = nodes;
  await Promise.all(
    nodes.map(async ({ server, busPort, admin }, at) => {
      await admin.call("CLUSTER", "SET-CONFIG-EPOCH", at + 1);
      if (at < primaries) {
        const border = (n: number): number => Math.floor((n * SLOTS) / primaries);
        await admin.call("CLUSTER", "ADDSLOTSRANGE", border(at), border(at + 1) - 1);
      }
      await first?.admin.call("CLUSTER", "MEET", server.host, server.port, busPort);
    }),
  );
  await waitFor(
    "nodes that all know each other",
    async () => {
      const known = await Promise.all(nodes.map(({ admin }) => field(admin, "cluster_known_nodes")));
      return known.every((count) => count === `${nodes.length}`);
    },
    WELL_MS,
  );
  const ids = await Promise.all(nodes.map(async ({ admin }) => String(await admin.call("CLUSTER", "MYID"))));
  await Promise.all(
    nodes
      .slice(primaries)
      .map(({ admin }, at) => admin.call("CLUSTER", "REPLICATE", ids[at % primaries] ?? "")),
  );
}

function clusterOf(nodes: readonly Node[]): ValkeyCluster {
  /** The nodes that answer, each with its own word. */
  const ask = async (): Promise<{ readonly node: Node; readonly self: Self }[]> => {
    const words = await Promise.allSettled(
      nodes.map(async (node) => ({
        node,
        self: parseSelf(String(await node.admin.call("CLUSTER", "NODES"))),
      })),
    );
    return words.flatMap((word) => (word.status === "fulfilled" ? [word.value] : []));
  };
  return {
    nodes: nodes.map(({ server }) => server),
    primaryOf: (key) =>
      waitFor("a primary of the key", async () => {
        const words = await ask();
        const slot = Number(await words[0]?.node.admin.call("CLUSTER", "KEYSLOT", key));
        return words
          .filter(({ self }) => self.primaryId === undefined)
          .filter(({ self }) => self.slots.some(([from, to]) => from <= slot && slot <= to))
          .sort((a, b) => b.self.epoch - a.self.epoch)[0]?.node.server;
      }),
    async replicasOf(primary) {
      const words = await ask();
      const id = words.find(({ node }) => node.server === primary)?.self.id;
      return words.filter(({ self }) => id && self.primaryId === id).map(({ node }) => node.server);
    },
    waitUntilWell: () =>
      waitFor(
        "a Cluster that is well",
        async () => {
          const well = (await ask()).map(async ({ node: { admin }, self }) => {
            if ((await field(admin, "cluster_state")) !== "ok") return false;
            return (
              self.primaryId === undefined ||
              (await admin.info("replication")).includes("master_link_status:up")
            );
          });
          const answers = await Promise.all(well).catch(() => [false]);
          return answers.length > 0 && answers.every(Boolean);
        },
        WELL_MS,
      ).then(() => {}),
    async stop() {
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

/** One value of `CLUSTER INFO`. */
async function field(admin: Redis, name: string): Promise<string | undefined> {
  const text = String(await admin.call("CLUSTER", "INFO"));
  return new RegExp(`^${name}:(\\S+)`, "m").exec(text)?.[1];
}

/** `<id> <address> <flags> <primary> <ping> <pong> <epoch> <link> <slot> ...`, for the line with `myself`. */
function parseSelf(nodes: string): Self {
  const line = nodes.split("\n").find((text) => text.includes("myself")) ?? "";
  const [id = "", , , primary = "-", , , epoch = "0", , ...slots] = line.split(" ");
  return {
    id,
    primaryId: primary === "-" ? undefined : primary,
    epoch: Number(epoch),
    slots: slots
      .filter((range) => /^\d+(-\d+)?$/.test(range))
      .map((range) => {
        const [from = 0, to = from] = range.split("-").map(Number);
        return [from, to];
      }),
  };
}
