// Opens the store on a Valkey or Redis: both ports over one client.

import { randomBytes } from "node:crypto";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieStore } from "../cookie-store.js";
import { toLookUpValue } from "../stored-value.js";
import { attachNearCache } from "./attach-near-cache.js";
import { findServerWarnings } from "./check-server.js";
import { createValkeyClient } from "./create-valkey-client.js";
import { PROBE_SCRIPT } from "./probe-script.js";
import { removeDamaged } from "./remove-damaged.js";
import { sweepValkey } from "./sweep-valkey.js";
import type { ServerFacts, ValkeyClient } from "./valkey-client.js";
import { ValkeyCookieReader } from "./valkey-cookie-reader.js";
import { ValkeyCookieWriter } from "./valkey-cookie-writer.js";
import { storeClosed, storeReadOnly } from "./valkey-errors.js";
import { isKeyValue, valkeyKeys } from "./valkey-keys.js";
import { ValkeyMarks } from "./valkey-marks.js";
import type { ValkeyOptions } from "./valkey-options.js";

/** A store over a client, whether or not a server answers yet. */
export interface ValkeyStore extends CookieStore {
  /**
   * Asks the server whether it is fit: its version, the marks, and for writing the rights to every command.
   *
   * @throws what `openValkeyStore` throws
   */
  check(): Promise<ServerFacts>;
}

/** What a store works with, where it isn't made from the options. */
export interface ValkeyStoreParts {
  readonly client?: ValkeyClient | undefined;
  /** What is no error, but should be known: settings of the server that lose sessions, a near cache that can't be. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Opens a store for reading and, without `readOnly`, for writing. Nothing has to be there: the first commit makes it.
 *
 * @throws `ERR_STORE_UNAVAILABLE`, `ERR_STORE_TIMEOUT`, `ERR_STORE_ACCESS`; `ERR_STORE_SERVER` for a server that is too old
 *   and for keys that aren't a cookie store's; `ERR_STORE_VALUES` if `hashValues` contradicts what is stored
 * @example
 * const store = await openValkeyStore({
 *   servers: [{ host: "127.0.0.1", port: 6379 }],
 *   topology: { kind: "single" },
 *   prefix: "wca",
 *   timeoutMs: 1000,
 * });
 * const cookie = await store.reader.findByValue(value);
 */
export async function openValkeyStore(
  options: ValkeyOptions,
  parts: ValkeyStoreParts = {},
): Promise<CookieStore> {
  const { onWarning } = parts;
  const store = createValkeyStore(options, { ...parts, client: parts.client ?? createValkeyClient(options) });
  try {
    const facts = await store.check();
    for (const warning of findServerWarnings(facts)) onWarning?.(warning);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The same without asking the server anything yet. */
export function createValkeyStore(
  options: ValkeyOptions,
  { client, onWarning }: ValkeyStoreParts & { readonly client: ValkeyClient },
): ValkeyStore {
  const keys = valkeyKeys(options.prefix);
  const isReadOnly = options.readOnly === true;
  const marks = new ValkeyMarks(client, keys, options.hashValues);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  const direct = new ValkeyCookieReader({ client, keys, marks, isReadOnly, close });
  const near =
    options.nearCache === undefined
      ? undefined
      : attachNearCache(
          direct,
          { ...options, nearCache: options.nearCache },
          {
            client,
            toStoredValue: (value) => {
              // As long as it isn't known for good how values are stored, the server is asked.
              if (marks.areHashed === undefined) return undefined;
              const stored = toLookUpValue(value, marks.areHashed);
              return isKeyValue(stored) ? stored : undefined;
            },
            onTrouble: ({ message }) => onWarning?.(message),
          },
        );
  const { timeoutMs } = options;
  const writer = new ValkeyCookieWriter({
    client,
    keys,
    marks,
    isReadOnly,
    timeoutMs,
    onCommitted: near?.forget,
  });

  async function closeAll(): Promise<void> {
    direct.end();
    // At once, too: from now on nobody is answered, not even from memory.
    const nearClosed = near?.close();
    await writer.close();
    await nearClosed;
    await client.close();
  }
  return {
    reader: near === undefined ? direct : { ...near.reader, close },
    writer,
    async sweepIndexes({ signal } = {}) {
      if (closing !== undefined) throw storeClosed(keys);
      if (isReadOnly) throw storeReadOnly(keys);
      return sweepValkey(client, keys, signal);
    },
    async removeDamaged(oid) {
      if (closing !== undefined) throw storeClosed(keys);
      if (isReadOnly) throw storeReadOnly(keys);
      return removeDamaged({ client, keys, marks, onCommitted: near?.forget }, oid);
    },
    async check() {
      const [facts] = await Promise.all([client.facts(), marks.read()]);
      if (!isReadOnly) {
        const name = randomBytes(8).toString("base64url");
        const probed = client.write(PROBE_SCRIPT, [keys.commit(`${name}-1`), keys.commit(`${name}-2`)], []);
        // Too few replicas hold up writes, not look-ups: no reason to refuse the whole store, and nothing about rights.
        await probed.catch((error: unknown) => {
          if (!(error instanceof CookieAuthenticatorError) || error.code !== "ERR_STORE_REPLICAS")
            throw error;
          onWarning?.(error.message);
        });
      }
      return facts;
    },
    close,
  };
}
