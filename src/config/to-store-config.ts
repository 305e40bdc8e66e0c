// From the section `store` to a StoreConfig: paths absolute, secrets and PEM files read, times in ms.

import type { ServerLogin, ServerTls, ValkeyTopology } from "../store/valkey/valkey-options.js";
import type { StoreConfig } from "./config.js";
import type { ConfigFile } from "./config-file.js";
import type { FileResolver } from "./file-resolver.js";
import { DEFAULT_PORTS, parseServerAddress } from "./server-address.js";
import { isValkeySection, type StoreTlsSection, type ValkeyStoreSection } from "./store-section.js";
import { toMilliseconds } from "./to-milliseconds.js";

/** The store of a file that has passed `checkStore`. What can't be read adds up in the resolver. */
export async function toStoreConfig({ store }: ConfigFile, resolver: FileResolver): Promise<StoreConfig> {
  if (isValkeySection(store)) return toValkeyConfig(store, resolver);
  const { readOnly, hashValues } = store;
  const path = resolver.path(store.path);
  return { type: "lmdb", path, readOnly, maxSizeBytes: store.maxSize, hashValues };
}

async function toValkeyConfig(section: ValkeyStoreSection, resolver: FileResolver): Promise<StoreConfig> {
  const { servers, topology, allowPlaintext, prefix, timeout, readOnly, hashValues, wait, nearCache } =
    section;
  const port = topology === "sentinel" ? DEFAULT_PORTS.sentinel : DEFAULT_PORTS.server;
  return {
    type: "valkey",
    servers: servers.flatMap((server) => parseServerAddress(server, port) ?? []),
    topology: await toTopology(section, resolver),
    login: await toLogin(section, "store", resolver),
    tls: await toTls(section.tls, "store.tls", resolver),
    allowPlaintext,
    prefix,
    timeoutMs: toMilliseconds(timeout),
    readOnly,
    hashValues,
    wait: wait && { replicas: wait.replicas, timeoutMs: toMilliseconds(wait.timeout) },
    nearCache: nearCache && {
      maxCookies: nearCache.maxCookies,
      maxStaleMs: toMilliseconds(nearCache.maxStale),
    },
  };
}

async function toTopology(
  { topology, sentinel }: ValkeyStoreSection,
  resolver: FileResolver,
): Promise<ValkeyTopology> {
  if (topology !== "sentinel" || sentinel === undefined) {
    return { kind: topology === "cluster" ? "cluster" : "single" };
  }
  return {
    kind: "sentinel",
    name: sentinel.name,
    login: await toLogin(sentinel, "store.sentinel", resolver),
    tls: await toTls(sentinel.tls, "store.sentinel.tls", resolver),
  };
}

async function toLogin(
  { username, password }: Pick<ValkeyStoreSection, "username" | "password">,
  path: string,
  resolver: FileResolver,
): Promise<ServerLogin | undefined> {
  if (username === undefined && password === undefined) return undefined;
  const secret = password === undefined ? undefined : await resolver.secret(password, `${path}.password`);
  return { username, password: secret };
}

async function toTls(
  tls: StoreTlsSection | undefined,
  path: string,
  resolver: FileResolver,
): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  if (tls === true) return {};
  return {
    ...(tls.ca === undefined ? {} : { ca: await resolver.pem(tls.ca, `${path}.ca`) }),
    ...(tls.cert === undefined ? {} : { cert: await resolver.pem(tls.cert, `${path}.cert`) }),
    ...(tls.key === undefined ? {} : { key: await resolver.pem(tls.key, `${path}.key`, { isKey: true }) }),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  };
}
