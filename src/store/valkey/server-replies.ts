// The error replies of Valkey and Redis that have a meaning for the store.

import type { ErrorCode } from "../../errors.js";

/**
 * What the client does about an error until the time of the operation is over:
 * `reject`: nothing, asking again gives the same; `whole`: send the script's source, the server doesn't know it;
 * `again`: ask the same server a little later; `reconnect`: look for the primary anew.
 */
export type Remedy = "reject" | "whole" | "again" | "reconnect";

/** What a reply means. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: Remedy;
  readonly message: string;
  readonly hint: string;
}

const ACCESS_HINT =
  "compare store.username and store.password with the server's users; docs/valkey.md has the ACL line that the store needs";
const RESTORED_HINT = "nothing, if it passes; if not, look at the servers' logs and at their replication";
const MOVING_HINT = "nothing: it passes when the slot of the store's keys has moved to its new node";

/**
 * The first word of an error reply says what it is (Redis protocol, "Simple errors"). MAXCLIENTS is no word of the
 * server's: its reply is an `ERR` (see `replyCode`).
 */
export const SERVER_REPLIES: Readonly<Record<string, Meaning>> = {
  NOAUTH: access("the server asks for a password"),
  WRONGPASS: access("the server doesn't take this user and password"),
  NOPERM: {
    ...access("the server's access control list forbids this user a command, key or channel"),
    hint: "the login is right, but not the rights: docs/valkey.md has the ACL line that the store needs, with store.prefix in it",
  },
  DENIED: {
    ...access("the server takes connections from its own machine only (protected mode)"),
    hint: "give the server's user a password, or set `bind` and `protected-mode` in its configuration",
  },
  OOM: {
    code: "ERR_STORE_FULL",
    remedy: "reject",
    message: "the server has reached its maxmemory",
    hint: "`cookies purge`, or raise maxmemory; keep maxmemory-policy at noeviction",
  },
  MISCONF: unavailable(
    "reject",
    "the server takes no writes, since it can't save to its disk",
    "look at the server's log and at the space on its disk",
  ),
  NOREPLICAS: {
    code: "ERR_STORE_REPLICAS",
    remedy: "reject",
    message: "the server refuses writes: it has fewer good replicas than min-replicas-to-write",
    hint: "bring the replicas back; `INFO replication` shows them",
  },
  WRONGTYPE: server(
    "a key of the store has another type than it must have",
    "choose another store.prefix: this one is in use",
  ),
  CROSSSLOT: server(
    "keys of one operation are in several hash slots",
    "this is a fault of this program: please report it",
  ),
  NOSCRIPT: unavailable("whole", "the server doesn't know the script", RESTORED_HINT),
  LOADING: unavailable(
    "again",
    "the server is loading its data",
    "nothing: it passes when the data are in its memory",
  ),
  BUSY: unavailable(
    "again",
    "the server is busy with a script of somebody",
    "`SCRIPT KILL` on the server ends a script that has written nothing",
  ),
  // The reply to a connection that the server then closes.
  MAXCLIENTS: unavailable(
    "reconnect",
    "the server takes no more connections: it has its maxclients",
    "raise maxclients of the server, or end connections that nobody needs",
  ),
  MASTERDOWN: unavailable("reconnect", "this server is a replica that has lost its primary", RESTORED_HINT),
  READONLY: unavailable(
    "reconnect",
    "this server is a replica",
    "name the primary in store.servers, or use a topology",
  ),
  UNBLOCKED: unavailable("reconnect", "this server has become a replica", RESTORED_HINT),
  MOVED: unavailable(
    "reconnect",
    "another node of the Cluster has the store's keys",
    "set store.topology to cluster",
  ),
  ASK: unavailable("again", "the store's keys are moving to another node", MOVING_HINT),
  TRYAGAIN: unavailable("again", "the store's keys are moving to another node", MOVING_HINT),
  CLUSTERDOWN: unavailable("reconnect", "the Cluster has no primary for the store's keys", RESTORED_HINT),
};

function access(message: string): Meaning {
  return { code: "ERR_STORE_ACCESS", remedy: "reject", message, hint: ACCESS_HINT };
}

function unavailable(remedy: Remedy, message: string, hint: string): Meaning {
  return { code: "ERR_STORE_UNAVAILABLE", remedy, message, hint };
}

function server(message: string, hint: string): Meaning {
  return { code: "ERR_STORE_SERVER", remedy: "reject", message, hint };
}
