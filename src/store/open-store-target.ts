// Opens the store of either type: the one place that knows which there are.

import type { CookieAuthenticatorError } from "../errors.js";
import type { CookieReader } from "./cookie-reader.js";
import type { CookieStore } from "./cookie-store.js";
import { openLastingReader } from "./lasting-reader.js";
import type { LastingStoreEvents } from "./lasting-store.js";
import type { SessionMode } from "./lmdb/prepare-sessions.js";
import { openLastingStore } from "./open-lasting-store.js";
import { openCookieReader, openCookieStore } from "./open-store.js";
import { openValkeyStore } from "./open-valkey-store.js";
import type { StoreTarget, ValkeyTarget } from "./store-target.js";

/**
 * Opens the store for reading.
 *
 * @param onWarning told how a server is set up so that cookies may be lost
 */
export async function openTargetReader(
  target: StoreTarget,
  onWarning?: (message: string) => void,
): Promise<CookieReader> {
  if (target.type === "lmdb") return openCookieReader({ path: target.path });
  // How values are stored is said by the store: who only looks has nothing to ask of it.
  const { reader } = await openValkey({ ...target, hashValues: undefined, readOnly: true }, onWarning);
  return reader;
}

/** Opens the store for reading and writing. */
export async function openTargetStore(target: StoreTarget): Promise<CookieStore> {
  if (target.type === "valkey") return openValkey(target);
  const { path, maxSizeBytes, hashValues } = target;
  // A database says by itself whether its values are hashed; who wants it may be its first user.
  return openCookieStore({ path, maxSizeBytes, ...(hashValues === true ? { hashValues } : {}) });
}

/** A command asks for most things once: keeping them costs more than it saves. */
async function openValkey(
  { nearCache: _, ...options }: ValkeyTarget,
  onWarning?: (message: string) => void,
): Promise<CookieStore> {
  return openValkeyStore(options, { onWarning });
}

/** What happens to the store of a service; each is called once for each change. */
export interface TargetEvents extends Pick<LastingStoreEvents, "onReplaced"> {
  /** It can be used (again). The facts are those that its type has. */
  onAvailable(info: StoreFacts): void;
  /** It can't be used; every operation fails until `onAvailable`. Called again when the reason is another one. */
  onUnavailable(error: CookieAuthenticatorError): void;
  /** It works, but the server is set up so that cookies may be lost, or all are gone. */
  onWarning(message: string): void;
}

export interface StoreFacts {
  readonly engine: string;
  /** LMDB's data format, and how often the native engine died on it of late. */
  readonly format?: string | undefined;
  readonly crashes?: number | undefined;
  /** Of the server, and `host:port` of the primary. */
  readonly version?: string | undefined;
  readonly address?: string | undefined;
}

/**
 * Opens the store for a service that writes, and outlives it: one that isn't there yet, or goes, is waited for and told of.
 *
 * @param options.mode who writes cookies there
 * @throws what is the configuration's fault, and doesn't pass by itself
 */
export async function openLastingTarget(
  target: StoreTarget,
  { mode, events }: { readonly mode: SessionMode; readonly events: TargetEvents },
): Promise<CookieStore> {
  if (target.type === "valkey") return openLastingValkey({ ...target, events });
  const { path, maxSizeBytes, hashValues } = target;
  return openLastingStore({ path, maxSizeBytes, hashValues, sessions: { mode }, events });
}

/** The same for a service that only reads. */
export async function openLastingTargetReader(
  target: StoreTarget,
  events: TargetEvents,
): Promise<CookieReader> {
  if (target.type === "lmdb") return openLastingReader({ path: target.path, events });
  const { reader } = await openLastingValkey({ ...target, readOnly: true, events });
  return reader;
}

async function openLastingValkey(
  options: ValkeyTarget & { readonly events: TargetEvents },
): Promise<CookieStore> {
  const { openLastingValkeyStore } = await import("./valkey/open-lasting-valkey-store.js");
  return openLastingValkeyStore(options);
}
