// The rights that the store's users need on the servers, and no more.

/** What the client sends by itself. `HELLO` and `AUTH` are free. `CONFIG GET` isn't among them: it is for administrators. */
const CLIENT = ["mget", "evalsha", "evalsha_ro", "eval", "eval_ro", "wait", "info", "cluster|slots"];

/** What the near cache sends. */
const NEAR_CACHE = ["ping", "subscribe", "client|id", "client|tracking"];

/** What the scripts call, with the rights of the user who sends them. */
const SCRIPTS = [
  ...["del", "exists", "get", "hexists", "hget", "hmget", "hset", "pexpire", "pexpiretime", "set", "time"],
  ...["xadd", "xlen", "xrange", "xrevrange", "zadd", "zcard", "zrange", "zrem"],
];

/**
 * What `db verify` and its repair call beyond, and what `db info` asks for the snapshots' settings. Not for the component's
 * user: `SCAN` shows the names of all keys and `CONFIG GET` all settings, also what isn't the store's.
 */
const ADMINISTRATOR = ["hgetall", "persist", "pexpireat", "scan", "type", "zscore", "config|get"];

/**
 * Rules of `ACL SETUSER` for the user of a store with this prefix: its keys, the channel of client tracking, and command
 * by command what is used. Categories would let in what no key pattern holds back: `FLUSHALL` is in `@write`.
 *
 * @param use `"administrator"`: for a user who runs `db verify` and `db info`, too
 * @example
 * `ACL SETUSER wca on >secret ${aclRule("wca")}`
 */
export function aclRule(prefix: string, use: "store" | "administrator" = "store"): string {
  // In a pattern these are wildcards.
  const name = prefix.replace(/[\\*?[\]]/g, "\\$&");
  const more = use === "administrator" ? ADMINISTRATOR : [];
  const commands = [...CLIENT, ...NEAR_CACHE, ...SCRIPTS, ...more].map((command) => `+${command}`);
  return [
    "resetkeys",
    `~{${name}}:*`,
    "resetchannels",
    "&__redis__:invalidate",
    "nocommands",
    ...commands,
  ].join(" ");
}

/** Rules of `ACL SETUSER` for the user that asks the Sentinels. */
export const SENTINEL_ACL_RULE =
  "resetkeys resetchannels nocommands +sentinel|master +sentinel|get-master-addr-by-name";
