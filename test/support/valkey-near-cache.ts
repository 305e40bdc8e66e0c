// A near cache on a real server, by itself: records are put under their keys by the test.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { CookieAuthenticatorError } from "../../src/errors.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie } from "../../src/record/cookie.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import { decodeUse } from "../../src/store/cookie-uses.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { type AttachedNearCache, attachNearCache } from "../../src/store/valkey/attach-near-cache.js";
import { createValkeyClient } from "../../src/store/valkey/create-valkey-client.js";
import { createPrimaryFinder } from "../../src/store/valkey/primary-finder.js";
import { valkeyKeys } from "../../src/store/valkey/valkey-keys.js";
import type { ServerAddress, ValkeyOptions } from "../../src/store/valkey/valkey-options.js";

export const PREFIX = "wca";
export const KEYS = valkeyKeys(PREFIX);
export const MAX_STALE_MS = 300;

export interface NearCacheScene extends AttachedNearCache {
  /** Why it can't be turned on. */
  readonly troubles: readonly CookieAuthenticatorError[];
  /** Look-ups that the server was asked for. */
  asked(): number;
}

/** The latest time, in ms after now, at which a record that is gone was still found. */
export async function passingTime(
  { reader }: Pick<NearCacheScene, "reader">,
  value: string,
): Promise<number> {
  const endedMs = performance.now();
  let lastMs = endedMs;
  for (;;) {
    const askedMs = performance.now();
    if ((await reader.findByValue(value)) === undefined) return lastMs - endedMs;
    lastMs = askedMs;
    await nextTurn();
  }
}

/** The record under a value, as bytes. */
export function recordOf(value: string, authid = "joe"): Buffer {
  return Buffer.from(
    buildCookie({
      oid: "0f7e9a3a-6f1c-4f6e-9c0a-0d3a5b6c7d8e",
      createdNs: 1_700_000_000_000_000_000n,
      value,
      authid,
    }),
  );
}

/**
 * A near cache whose look-ups go to `options.servers`.
 *
 * @param changes where it listens for changes; by default there, too
 */
export function openNearCache(
  options: Omit<Partial<ValkeyOptions>, "nearCache"> & { readonly servers: readonly ServerAddress[] },
  changes: { readonly servers?: readonly ServerAddress[] } = {},
): NearCacheScene {
  const all = {
    topology: { kind: "single" },
    prefix: PREFIX,
    timeoutMs: 1000,
    nearCache: { maxCookies: 1000, maxStaleMs: MAX_STALE_MS },
    ...options,
  } as const;
  const client = createValkeyClient(all);
  const troubles: CookieAuthenticatorError[] = [];
  let asked = 0;
  const find = async (value: string) => {
    asked += 1;
    const [record, use] = await client.getMany([KEYS.record(value), KEYS.use(value)]);
    return record ? { cookie: Cookie.cast(record), use: use ? decodeUse(use) : undefined } : undefined;
  };
  const reader: CookieReader = {
    ...createMemoryStore().reader,
    findByValue: async (value) => (await find(value))?.cookie,
    findUsed: (key) => find("value" in key ? key.value : ""),
    close: () => client.close(),
  };
  const attached = attachNearCache(
    reader,
    { ...all, ...changes },
    {
      client,
      toStoredValue: (value) => value,
      finder: createPrimaryFinder({ ...all, ...changes }),
      onTrouble: (error) => troubles.push(error),
    },
  );
  return { ...attached, troubles, asked: () => asked };
}
