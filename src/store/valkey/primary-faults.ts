// Why a connection to a primary is given up, and where a Cluster says to go instead.

import { CookieAuthenticatorError } from "../../errors.js";
import { formatAddress } from "./server-connection.js";
import type { ServerAddress } from "./valkey-options.js";

/** `MOVED 1234 10.0.0.2:6379`: an empty host is the one that said it (Cluster specification, "MOVED Redirection"). */
export function movedTo(reason: unknown, from: ServerAddress): ServerAddress | undefined {
  const match = reason instanceof Error ? /^MOVED \d+ (.*):(\d+)$/.exec(reason.message) : null;
  if (match === null) return undefined;
  return {
    host: match[1] === "" || match[1] === "?" ? from.host : (match[1] ?? from.host),
    port: Number(match[2]),
  };
}

/** Another server is the primary. */
export function deposed(address: ServerAddress): CookieAuthenticatorError {
  const where = formatAddress(address);
  return new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", `${where} isn't the primary`, {
    hint: "a failover is under way, or store.servers names a replica",
    details: { address: where },
  });
}

/** The server, or a network on the way, has ended the connection. */
export function closed(address: ServerAddress): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_UNAVAILABLE",
    `${formatAddress(address)} closed the connection`,
    {
      hint: "nothing, if it comes back; if not, look at the server's log",
      details: { address: formatAddress(address) },
    },
  );
}
