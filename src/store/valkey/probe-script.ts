// Tries every command of the commit script, before a commit could end half way for want of a right.

import type { Script } from "./valkey-client.js";

/**
 * A script isn't undone where a command in its midst is refused to the user. So a store that is opened for writing tries
 * all of them once, on keys that nobody reads. KEYS: two that aren't there.
 */
export const PROBE_SCRIPT: Script = {
  name: "probe",
  source: `
local one, two = KEYS[1], KEYS[2]
redis.call('DEL', one, two)
redis.call('TIME')
redis.call('SET', one, '1', 'PX', 1000)
redis.call('PEXPIRE', one, 1000)
redis.call('GET', one)
redis.call('MGET', one, two)
redis.call('EXISTS', one, two)
redis.call('PEXPIRETIME', one)
redis.call('DEL', one)
redis.call('HSET', one, 'a', '1')
redis.call('HGET', one, 'a')
redis.call('HMGET', one, 'a', 'b')
redis.call('ZADD', two, 0, 'a')
redis.call('ZCARD', two)
redis.call('ZRANGE', two, '-', '+', 'BYLEX', 'LIMIT', 0, 1)
redis.call('ZREM', two, 'a')
redis.call('XADD', two, 'MAXLEN', '~', 1, '1-0', 'a', '1')
redis.call('XLEN', two)
redis.call('XREVRANGE', two, '+', '-', 'COUNT', 1)
redis.call('XRANGE', two, '-', '+', 'COUNT', 1)
redis.call('DEL', one, two)
return 1`,
};
