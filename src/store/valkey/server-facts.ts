// What a server says of itself in INFO.

import { CookieAuthenticatorError } from "../../errors.js";
import type { ServerFacts } from "./valkey-client.js";

/** The oldest Redis with all commands that the store uses (EVALSHA_RO, PEXPIRETIME); every Valkey has them. */
const OLDEST = 7;

/**
 * Facts from the text of `INFO`.
 *
 * @param saves the setting `save`, e.g. `"3600 1"`; `undefined` where this user may not ask
 * @throws `ERR_STORE_SERVER` a server that is too old
 */
export function parseServerFacts(info: string, saves: string | undefined, address: string): ServerFacts {
  const fields = new Map<string, string>();
  for (const line of info.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const isValkey = fields.get("server_name") === "valkey" || fields.has("valkey_version");
  // Valkey says in redis_version which Redis it is compatible with.
  const compatible = fields.get("redis_version") ?? "";
  const version = (isValkey ? fields.get("valkey_version") : undefined) ?? compatible;
  if (Number.parseInt(compatible, 10) < OLDEST || !/^\d/.test(compatible)) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_SERVER",
      `${address} is version ${version || "unknown"} of Redis`,
      {
        hint: "the store needs Redis 7.0 or any Valkey",
        details: { address, version },
      },
    );
  }
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  return {
    server: isValkey ? "valkey" : "redis",
    version,
    address,
    usedBytes: number("used_memory"),
    maxSizeBytes: number("maxmemory") || undefined,
    evictionPolicy: fields.get("maxmemory_policy") ?? "",
    isPersistent: fields.get("aof_enabled") === "1" ? true : saves === undefined ? undefined : saves !== "",
    connectedReplicas: number("connected_slaves"),
    role: toRole(fields.get("role")),
    // Only there with min-replicas-to-write; how many it asks for isn't said, but at least one.
    lacksReplicas: fields.has("min_slaves_good_slaves") ? number("min_slaves_good_slaves") === 0 : undefined,
  };
}

function toRole(role: string | undefined): ServerFacts["role"] {
  if (role === "master") return "primary";
  return role === "slave" ? "replica" : undefined;
}
