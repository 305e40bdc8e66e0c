// A real Sentinel group for tests: a primary, replicas, and the Sentinels that watch them.

import type { Redis } from "ioredis";
import { freePort } from "./crossbar-ports.js";
import type { Host } from "./network-namespaces.js";
import { startServer, type ValkeyServer } from "./valkey-server.js";
import { waitFor } from "./wait-for.js";

export interface SentinelsOptions {
  readonly binary?: string | undefined;
  /** Default: 2 replicas, 3 Sentinels. */
  readonly replicas?: number | undefined;
  readonly sentinels?: number | undefined;
  /** After which silence the primary counts as down; default 700. */
  readonly downAfterMs?: number | undefined;
  /** For the servers, and for the Sentinels. */
  readonly args?: readonly string[] | undefined;
  readonly sentinelArgs?: readonly string[] | undefined;
  /** More lines of the Sentinels' configuration: `sentinel auth-pass mymaster …`. */
  readonly sentinelConfiguration?: readonly string[] | undefined;
  /** Where servers and Sentinels run, each in turn; default: all on loopback. */
  readonly hosts?: readonly Host[] | undefined;
}

export interface ValkeySentinels {
  /** Under which the Sentinels know the primary. */
  readonly name: string;
  /** The primary of the beginning first. */
  readonly servers: readonly ValkeyServer[];
  readonly sentinels: readonly ValkeyServer[];
  /** The primary, as most Sentinels that answer have it. */
  primary(): Promise<ValkeyServer>;
  /** Most Sentinels agree on a primary, it says so itself, and it has `replicas` that are linked. */
  waitUntilWell(replicas?: number): Promise<ValkeyServer>;
  stop(): Promise<void>;
}

const NAME = "mymaster";
const WELL_MS = 30_000;

/** Resolves when each Sentinel knows all the others. */
export async function startSentinels(options: SentinelsOptions = {}): Promise<ValkeySentinels> {
  const { replicas = 2, sentinels: count = 3 } = options;
  const on = (at: number) => options.hosts?.[at % options.hosts.length];
  const all: ValkeyServer[] = [];
  const start = async (at: number, more: Parameters<typeof startServer>[0]): Promise<ValkeyServer> => {
    const host = on(at);
    const server = await startServer({
      binary: options.binary,
      host: host?.address,
      within: host?.within,
      ...more,
    });
    all.push(server);
    return server;
  };
  try {
    const args = [
      "--repl-ping-replica-period",
      "1",
      "--repl-diskless-sync-delay",
      "0",
      ...(options.args ?? []),
    ];
    const primary = await start(0, { args });
    const followers = await Promise.all(
      Array.from({ length: replicas }, (_, at) =>
        start(at + 1, { args, configuration: [`replicaof ${primary.host} ${primary.port}`] }),
      ),
    );
    const servers = [primary, ...followers];
    await waitUntilLinked(primary, replicas);
    const sentinels = await Promise.all(
      Array.from({ length: count }, async (_, at) =>
        start(at, {
          port: await freePort(),
          isSentinel: true,
          configuration: configuration(options, primary, count),
          args: options.sentinelArgs,
        }),
      ),
    );
    await waitUntilKnown(sentinels, replicas);
    return group(servers, sentinels);
  } catch (error) {
    await Promise.all(all.map((server) => server.stop()));
    throw error;
  }
}

function configuration(options: SentinelsOptions, primary: ValkeyServer, sentinels: number): string[] {
  const quorum = Math.floor(sentinels / 2) + 1;
  return [
    `sentinel monitor ${NAME} ${primary.host} ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${NAME} ${options.downAfterMs ?? 700}`,
    `sentinel failover-timeout ${NAME} 5000`,
    `sentinel parallel-syncs ${NAME} 2`,
    ...(options.sentinelConfiguration ?? []),
  ];
}

function group(servers: readonly ValkeyServer[], sentinels: readonly ValkeyServer[]): ValkeySentinels {
  const admins = new Map(
    [...servers, ...sentinels].map((server) => [
      server,
      server.client({ commandTimeout: 1000, maxRetriesPerRequest: 1 }),
    ]),
  );
  const find = async (): Promise<ValkeyServer | undefined> => {
    const words = await Promise.allSettled(
      sentinels.map(async (sentinel) =>
        String(await admins.get(sentinel)?.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)),
      ),
    );
    const votes = words.flatMap((word) => (word.status === "fulfilled" ? [word.value] : []));
    return servers.find(
      ({ host, port }) => votes.filter((vote) => vote === `${host},${port}`).length > sentinels.length / 2,
    );
  };
  return {
    name: NAME,
    servers,
    sentinels,
    primary: () => waitFor("a primary that most Sentinels agree on", find, WELL_MS),
    async waitUntilWell(replicas = servers.length - 1) {
      // Those that were started again have forgotten it.
      await Promise.allSettled(sentinels.map((sentinel) => hurry(admins.get(sentinel))));
      return waitFor(
        "a Sentinel group that is well",
        async () => {
          const primary = await find();
          const admin = primary && admins.get(primary);
          return admin && (await confirms(admin, replicas).catch(() => false)) ? primary : undefined;
        },
        WELL_MS,
      );
    },
    async stop() {
      await Promise.all([...sentinels, ...servers].map((server) => server.stop()));
    },
  };
}

/** Sentinels look at each other every 2 s and at the servers every 10 s: a test doesn't wait that long. */
async function hurry(admin: Redis | undefined): Promise<void> {
  await admin?.call("SENTINEL", "DEBUG", "INFO-PERIOD", 500, "PUBLISH-PERIOD", 200);
}

async function waitUntilLinked(primary: ValkeyServer, replicas: number): Promise<void> {
  const admin = primary.client();
  await waitFor("replicas that are linked", () => confirms(admin, replicas).catch(() => false), WELL_MS);
  admin.disconnect();
}

/** Whether a server is a primary whose replicas have what it writes: being linked, they may still be loading. */
async function confirms(admin: Redis, replicas: number): Promise<boolean> {
  if (!(await admin.info("replication")).includes("role:master")) return false;
  await admin.set("test-confirms", "1");
  return (await admin.wait(replicas, 200)) >= replicas;
}

async function waitUntilKnown(sentinels: readonly ValkeyServer[], replicas: number): Promise<void> {
  await Promise.all(
    sentinels.map(async (sentinel) => {
      const admin = sentinel.client();
      await hurry(admin);
      await waitFor(
        "Sentinels that know each other",
        async () => {
          const text = await admin.info("sentinel");
          return (
            text.includes(`status=ok`) && text.includes(`slaves=${replicas},sentinels=${sentinels.length}`)
          );
        },
        WELL_MS,
      );
      admin.disconnect();
    }),
  );
}
