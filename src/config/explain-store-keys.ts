// Keys of `store` that belong to the other type: said so, since a forgotten `store.type` is the likeliest slip.

import type { ConfigProblem } from "./config-problem.js";
import { toObject } from "./json-object.js";
import type { LmdbStoreSection, ValkeyStoreSection } from "./store-section.js";

/** The keys that only one type has. */
const KEYS: {
  readonly lmdb: readonly (keyof LmdbStoreSection)[];
  readonly valkey: readonly (keyof ValkeyStoreSection)[];
} = {
  lmdb: ["path", "maxSize"],
  valkey: [
    "servers",
    "topology",
    "sentinel",
    "username",
    "password",
    "tls",
    "allowPlaintext",
    "prefix",
    "timeout",
    "wait",
    "nearCache",
  ],
};

/** The schema's problems of a file, those about keys of the other type worded anew. */
export function explainStoreKeys(problems: readonly ConfigProblem[], content: unknown): ConfigProblem[] {
  const { type } = toObject(toObject(content).store);
  const isValkey = type === "valkey" || type === "redis";
  const own = isValkey ? String(type) : "lmdb";
  const other = isValkey ? "lmdb" : "valkey";
  const keys: readonly string[] = KEYS[other];
  return problems.map((problem) => {
    const key = /^store\.(\w+)$/.exec(problem.path)?.[1];
    if (key === undefined || !keys.includes(key) || !problem.message.startsWith("unknown key"))
      return problem;
    const message = `is a key of type "${other}", and store.type is "${own}": set store.type, or drop it`;
    return { path: problem.path, message };
  });
}
