// The figures of a store for `db info`: as text, as JSON, and what an operator should know of its server.

import type { StoreInfo } from "../store/cookie-reader.js";
import type { StoreTarget, ValkeyTarget } from "../store/store-target.js";

/** Text, a figure a line. */
export function describeInfo(info: StoreInfo): string {
  const { engine, address, format, path, usedBytes, pageSize } = info;
  const lines =
    address === undefined
      ? [
          `path     ${path ?? "-"}`,
          `engine   ${engine}${format === undefined ? "" : `, format ${format}`}`,
          `used     ${usedBytes} bytes in pages of ${pageSize}`,
          `keys     ${info.entries}`,
          ...info.tables.map(({ slot, oid, name }) => `table ${String(slot).padEnd(2)} ${name} (${oid})`),
        ]
      : describeServer(info, address);
  return `${lines.join("\n")}\n`;
}

function describeServer(info: StoreInfo, address: string): string[] {
  const { engine, serverVersion, role, usedBytes, maxSizeBytes, cookies, areValuesHashed, isPersistent } =
    info;
  return [
    `server   ${address}`,
    `engine   ${engine}${serverVersion === undefined ? "" : ` ${serverVersion}`}`,
    ...(role === undefined ? [] : [`role     ${role}, ${info.connectedReplicas ?? 0} replicas connected`]),
    `used     ${usedBytes} bytes of ${maxSizeBytes === undefined ? "no limit" : maxSizeBytes}, with all else on the server`,
    `on disk  ${toPersistence(isPersistent)}`,
    `cookies  ${cookies ?? "-"}`,
    `values   ${toHashing(areValuesHashed)}`,
  ];
}

function toPersistence(isPersistent: boolean | undefined): string {
  if (isPersistent === undefined) return "persistence not known: the user may not ask (+config|get)";
  return isPersistent ? "yes" : "no";
}

function toHashing(areValuesHashed: boolean | undefined): string {
  if (areValuesHashed === undefined) return "not settled: there was no cookie yet";
  return areValuesHashed ? "stored as SHA-256" : "stored as clients send them, not hashed";
}

/** As JSON; of a server without what only LMDB has. */
export function infoToJson(
  info: StoreInfo,
  store: StoreTarget & { readonly readOnly?: boolean | undefined },
) {
  if (info.address === undefined) return info;
  const { pageSize: _, tables: __, entries: ___, isPersistent, areValuesHashed, ...rest } = info;
  return {
    ...rest,
    // The command itself only reads; what is meant is a component with this configuration.
    writable: store.readOnly !== true && info.role !== "replica",
    isPersistent: isPersistent ?? null,
    areValuesHashed: areValuesHashed ?? null,
  };
}

/** What fails or will fail, and the store's own opening doesn't warn of. */
export function findInfoWarnings(info: StoreInfo, store: StoreTarget): string[] {
  if (store.type !== "valkey" || info.address === undefined) return [];
  const { address, usedBytes, maxSizeBytes } = info;
  const warnings: string[] = [];
  if (info.role === "replica")
    warnings.push(`${address} is a replica and refuses writes: name the primary in store.servers`);
  if (maxSizeBytes !== undefined && usedBytes >= maxSizeBytes * NEARLY_FULL) {
    const how = usedBytes >= maxSizeBytes ? "full: writes fail" : "nearly full";
    warnings.push(`${address} is ${how}; raise its maxmemory, or \`cookies purge\``);
  }
  const lacking = info.role === "replica" ? undefined : findLackOfReplicas(info, store);
  if (lacking !== undefined) warnings.push(`${address} ${lacking}`);
  return warnings;
}

/** Of `maxmemory`. */
const NEARLY_FULL = 0.9;

function findLackOfReplicas(info: StoreInfo, { wait }: ValkeyTarget): string | undefined {
  const { connectedReplicas = 0, lacksReplicas } = info;
  if (lacksReplicas === true) return "has no good replica for its min-replicas-to-write: it refuses writes";
  if (wait === undefined || connectedReplicas >= wait.replicas) return undefined;
  return `has ${connectedReplicas} replicas, and store.wait asks for ${wait.replicas}: every write ends with ERR_STORE_REPLICAS`;
}
