// Puts a near cache in front of a reader, and keeps it told of changes.

import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieReader, NearCacheFigures } from "../cookie-reader.js";
import { InvalidationListener } from "./invalidation-listener.js";
import { type ChangedPart, createNearCache } from "./near-cache.js";
import { createPrimaryFinder, type PrimaryFinder } from "./primary-finder.js";
import type { ValkeyClient } from "./valkey-client.js";
import { valkeyKeys } from "./valkey-keys.js";
import type { NearCacheOptions, ValkeyOptions } from "./valkey-options.js";

export interface AttachedNearCache {
  /** Its `close` ends the near cache, too. */
  readonly reader: CookieReader;
  /**
   * For each value that a commit of this process has touched, before the commit is told to be done: the server's own
   * message may come later than its answer.
   */
  forget(storedValue: string, part: ChangedPart): void;
  figures(): NearCacheFigures;
  /** Ends its connections; look-ups ask the reader from then on. Calling it again does nothing. */
  close(): Promise<void>;
}

export interface NearCacheParts {
  /** What look-ups ask: the reader's own. */
  readonly client: Pick<ValkeyClient, "read">;
  /** What is stored for a value as a client presents it; `undefined` if there can't be anything or it isn't known yet. */
  readonly toStoredValue: (value: string) => string | undefined;
  /** By default one of its own. */
  readonly finder?: PrimaryFinder | undefined;
  /** By default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Why it can't be turned on, where that won't pass by itself; once for each cause. */
  readonly onTrouble?: ((error: CookieAuthenticatorError) => void) | undefined;
}

/**
 * Resolves nothing and waits for nothing: until the server tells changes, every look-up asks it.
 *
 * @param options.nearCache must be there
 */
export function attachNearCache(
  reader: CookieReader,
  options: ValkeyOptions & { readonly nearCache: NearCacheOptions },
  { client, toStoredValue, finder, now, onTrouble }: NearCacheParts,
): AttachedNearCache {
  const { maxCookies, maxStaleMs } = options.nearCache;
  const keys = valkeyKeys(options.prefix);
  const [records, uses] = [keys.record(""), keys.use("")];

  const listener = new InvalidationListener({
    finder: finder ?? createPrimaryFinder(options),
    client,
    login: options.login,
    tls: options.tls,
    allowPlaintext: options.allowPlaintext,
    mayBeReplica: options.readOnly === true && options.topology.kind === "single",
    prefixes: [records, uses],
    anyKey: keys.marks,
    maxStaleMs,
    timeoutMs: options.timeoutMs,
    now: now ?? (() => performance.now()),
    onChanged(key) {
      if (key.startsWith(records)) cache.forget(key.slice(records.length), "record");
      else cache.forget(key.slice(uses.length), "use");
    },
    onAllChanged: () => cache.forgetAll(),
    onTrouble: (error) => onTrouble?.(asNearCacheTrouble(error)),
  });
  // The listener tells nothing before the next turn of the event loop.
  const cache = createNearCache(reader, listener, { maxCookies, toStoredValue });

  return {
    reader: {
      ...cache.reader,
      async close() {
        await listener.close();
        await reader.close();
      },
    },
    forget: cache.forget,
    figures: cache.figures,
    close: () => listener.close(),
  };
}

function asNearCacheTrouble({
  code,
  message,
  hint,
  details,
}: CookieAuthenticatorError): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    code,
    `the near cache is off, and every look-up asks the server: ${message}`,
    {
      ...(hint === undefined ? {} : { hint }),
      details,
    },
  );
}
