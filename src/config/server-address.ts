// One entry of `store.servers`: host and port.

import { isIPv6 } from "node:net";
import type { ServerAddress } from "../store/valkey/valkey-options.js";

const ADDRESS =
  /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<host>[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?))(?::(?<port>\d{1,5}))?$/i;

const PORT_MAX = 65_535;

/** What a server listens on if nobody says otherwise: Valkey and Redis, and their Sentinels. */
export const DEFAULT_PORTS = { server: 6379, sentinel: 26379 } as const;

/** Why a text is no address, in the words of a configuration's problem. */
export function explainServerAddress(text: string): string {
  if (text.includes("://"))
    return "expected host:port, without a scheme in front and without a password or a database in it";
  const port = /^(?:[^:]*|\[.*\]):(\d+)$/.exec(text)?.[1];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= PORT_MAX))
    return `expected a port from 1 to ${PORT_MAX}`;
  return "expected host:port, with IPv6 in brackets: [::1]:6379";
}

/** `host:port`, `host`, `[::1]:port` or `[::1]`, or `undefined` if it is none of them. */
export function parseServerAddress(text: string, defaultPort: number): ServerAddress | undefined {
  const { v6, host = v6, port } = ADDRESS.exec(text)?.groups ?? {};
  if (host === undefined || (v6 !== undefined && !isIPv6(v6))) return undefined;
  const number = port === undefined ? defaultPort : Number(port);
  return number >= 1 && number <= PORT_MAX ? { host, port: number } : undefined;
}
