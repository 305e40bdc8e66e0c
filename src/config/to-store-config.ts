// From the section `store` to a StoreConfig.

import { dirname, resolve } from "node:path";
import type { StoreConfig } from "./config.js";
import type { ConfigFile } from "./config-file.js";

/** The store of a file; `file` is its absolute path, which a relative `store.path` begins at. */
export function toStoreConfig({ store }: ConfigFile, file: string): StoreConfig {
  return {
    path: resolve(dirname(file), store.path),
    readOnly: store.readOnly,
    maxSizeBytes: store.maxSize,
    hashValues: store.hashValues,
  };
}
