// Mends the mark `clock` after a machine's wrong clock was written into it.

import { createValkeyClient } from "./create-valkey-client.js";
import type { Script } from "./valkey-client.js";
import { timeText, valkeyKeys } from "./valkey-keys.js";
import type { ValkeyOptions } from "./valkey-options.js";

const READ_CLOCK: Script = { name: "read-clock", source: "return redis.call('HGET', KEYS[1], 'clock')" };

/** Where there is none, none is made: an empty store stays one that nobody has used. */
const SET_CLOCK: Script = {
  name: "set-clock",
  source: `
if redis.call('HEXISTS', KEYS[1], 'clock') == 1 then redis.call('HSET', KEYS[1], 'clock', ARGV[1]) end
return 1`,
};

/**
 * Sets the highest time seen to `nowNs`. What had expired by the wrong time and wasn't purged is valid again;
 * that is why nothing does this by itself. Running components keep the time they have seen, and write it again: all
 * must be stopped before and started after.
 *
 * @returns the mark as it was, ns since 1970 UTC; `undefined` if there is none, and nothing was changed
 * @throws as `openValkeyStore`
 */
export async function resetValkeyClock(options: ValkeyOptions, nowNs: bigint): Promise<bigint | undefined> {
  const client = createValkeyClient(options);
  const { marks } = valkeyKeys(options.prefix);
  try {
    // Read apart: a write may be sent twice, and the second would find what the first has written.
    const before = await client.read(READ_CLOCK, [marks], []);
    if (!Buffer.isBuffer(before)) return undefined;
    await client.write(SET_CLOCK, [marks], [timeText(nowNs)]);
    return BigInt(before.toString("latin1"));
  } finally {
    await client.close();
  }
}
