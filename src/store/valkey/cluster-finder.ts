// Finds the primary in a Cluster: the node that has the slot of the store's keys, in the words of most nodes.

import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import { hashSlot } from "./hash-slot.js";
import type { PrimaryFinder } from "./primary-finder.js";
import { formatAddress } from "./server-connection.js";
import { ServerPanel } from "./server-panel.js";
import { sharedCall } from "./shared-call.js";
import type { ServerAddress, ValkeyOptions } from "./valkey-options.js";

/** Longest time that a node may take, ms. */
const ASK_MS = 500;
/** A node that has lost its slots says so itself; asking is for one that is cut off. */
const ASK_EVERY_MS = 1000;
/** As many nodes are asked at most, those that are configured not counted. */
const MAX_LEARNT = 8;

interface Answer {
  readonly owner: ServerAddress;
  /** The owner's replicas, and the other primaries: to be asked next time. */
  readonly others: readonly ServerAddress[];
}

/** Asks the configured nodes and those that they named: a Cluster may outlive all nodes that are configured. */
export function clusterFinder(options: ValkeyOptions): PrimaryFinder {
  const slot = hashSlot(options.prefix);
  const panel = new ServerPanel(options, Math.min(ASK_MS, options.timeoutMs));
  let learnt: readonly ServerAddress[] = [];
  return {
    askEveryMs: ASK_EVERY_MS,
    find: sharedCall(async () => {
      const nodes = unique([...options.servers, ...learnt]);
      panel.keepOnly(nodes);
      const answers = await panel.ask(nodes, (redis, node) => askNode(redis, node, slot));
      const chosen = mostNamed(answers);
      const configured = new Set(options.servers.map(formatAddress));
      learnt = unique([chosen.owner, ...chosen.others])
        .filter((node) => !configured.has(formatAddress(node)))
        .slice(0, MAX_LEARNT);
      return chosen.owner;
    }),
    close: () => panel.close(),
  };
}

/** What `CLUSTER SLOTS` of a node says: ranges as `[first, last, primary, replica…]`, a node as `[host, port, id, …]`. */
async function askNode(redis: Redis, asked: ServerAddress, slot: number): Promise<Answer | undefined> {
  const reply = (await redis.cluster("SLOTS").catch((error: unknown) => {
    throw error instanceof Error && /cluster support disabled/i.test(error.message) ? noCluster() : error;
  })) as unknown;
  const ranges = (Array.isArray(reply) ? reply : []) as readonly (readonly unknown[])[];
  const range = ranges.find(([first, last]) => Number(first) <= slot && slot <= Number(last));
  if (range === undefined) return undefined;
  const [owner, ...replicas] = range.slice(2).map((node) => toAddress(node, asked));
  if (owner === undefined) return undefined;
  const primaries = ranges.map((other) => toAddress(other[2], asked));
  return { owner, others: [...replicas, ...primaries].filter((node) => node !== undefined) };
}

function noCluster(): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_SERVER",
    "a server of store.servers is no node of a Cluster",
    {
      hint: 'set store.topology to "single", or to "sentinel" with the Sentinels as store.servers',
    },
  );
}

/** A node without a host that it prefers (empty, null or `?`) is reached as the one that was asked. */
function toAddress(node: unknown, asked: ServerAddress): ServerAddress | undefined {
  if (!Array.isArray(node)) return undefined;
  const [host, port] = node as readonly unknown[];
  if (!(Number(port) > 0)) return undefined;
  const isUnknown = host === null || host === "" || host === "?";
  return { host: isUnknown ? asked.host : String(host), port: Number(port) };
}

function mostNamed(answers: readonly Answer[]): Answer {
  const votes = new Map<string, number>();
  for (const { owner } of answers) {
    const key = formatAddress(owner);
    votes.set(key, (votes.get(key) ?? 0) + 1);
  }
  const count = (answer: Answer): number => votes.get(formatAddress(answer.owner)) ?? 0;
  return answers.reduce((best, answer) => (count(answer) > count(best) ? answer : best));
}

function unique(servers: readonly ServerAddress[]): readonly ServerAddress[] {
  return [...new Map(servers.map((server) => [formatAddress(server), server])).values()];
}
