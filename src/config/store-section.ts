// The section `store` of the configuration file: one shape for each type.

import type { SecretSource } from "./config-file.js";

/** The keys of `store` with type `lmdb`, which is also that of a section without a type. Size in bytes. */
export interface LmdbStoreSection {
  readonly type?: "lmdb";
  readonly path: string;
  readonly readOnly: boolean;
  readonly maxSize: number;
  readonly hashValues: boolean;
}

/** `store.tls` and `store.sentinel.tls`; paths of PEM files. */
export type StoreTlsSection =
  | true
  | { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };

/** The keys of `store` with type `valkey` or `redis`. Times in seconds. */
export interface ValkeyStoreSection {
  readonly type: "valkey" | "redis";
  readonly servers: readonly string[];
  readonly topology: "single" | "cluster" | "sentinel";
  readonly sentinel?: {
    readonly name: string;
    readonly username?: string;
    readonly password?: SecretSource;
    readonly tls?: StoreTlsSection;
  };
  readonly username?: string;
  readonly password?: SecretSource;
  readonly tls?: StoreTlsSection;
  readonly allowPlaintext: boolean;
  readonly prefix: string;
  readonly timeout: number;
  readonly readOnly: boolean;
  readonly hashValues: boolean;
  readonly wait?: { readonly replicas: number; readonly timeout: number };
  readonly nearCache?: { readonly maxCookies: number; readonly maxStale: number };
}

export type StoreSection = LmdbStoreSection | ValkeyStoreSection;

/** Whether the store is one that several machines share, where no Crossbar writes. */
export function isValkeySection(section: StoreSection): section is ValkeyStoreSection {
  return section.type === "valkey" || section.type === "redis";
}
