// The rights that a verification needs beyond those of the store's own user.

/** What only the scripts of a verification call. `SCAN` tells the names of all keys of the server, whosever they are. */
const VERIFY = ["scan", "type", "hgetall", "zscore"];
/** And what only those of a repair call. */
const REPAIR = ["persist", "pexpireat"];

/** To be put behind `aclRule(prefix)`, for the user of `db verify`; the service doesn't need it. */
export const VERIFY_ACL_RULE = [...VERIFY, ...REPAIR].map((command) => `+${command}`).join(" ");
