// Who can read the files that a node configuration and ours are about. Looks at modes, reads no content.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.js";
import { isJsonObject } from "../config/json-object.js";
import { toKeyPath } from "../json-schema/key-problem.js";
import type { NodeFinding } from "./node-finding.js";

/** Read or write for users that are neither the owner nor in the group; search, for a directory. */
const OTHERS_READ_WRITE = 0o006;
const OTHERS_SEARCH = 0o001;

/**
 * Findings about modes. A file that isn't there yet, or that we may not look at, is nobody's secret to us.
 *
 * @param nodeFile the node configuration's path
 */
export async function checkNodeFiles(
  node: unknown,
  nodeFile: string,
  config: Config,
): Promise<NodeFinding[]> {
  return [...(await checkDatabase(config)), ...(await checkNodeFile(node, nodeFile))];
}

async function checkDatabase({ store }: Config): Promise<NodeFinding[]> {
  if (store.type !== "lmdb") return [];
  if (((await modeOf(store.path)) & OTHERS_SEARCH) === 0) return [];
  const files = ["data.mdb", "lock.mdb"].map((name) => join(store.path, name));
  const modes = await Promise.all(files.map(modeOf));
  const open = files.filter((_, index) => ((modes[index] ?? 0) & OTHERS_READ_WRITE) !== 0);
  if (open.length === 0) return [];
  // Values are the secrets. Hashes open nothing, and a lock file blocks at worst.
  const isSecret = open.some((file) => file.endsWith("data.mdb")) && !store.hashValues;
  return [
    {
      kind: "database-open",
      level: isSecret ? "error" : "warning",
      path: "",
      message: `every user of this machine can open ${open.join(" and ")}${isSecret ? ", and log in with the values in it" : ""}`,
      hint: `chmod o= ${store.path} ${open.join(" ")}`,
    },
  ];
}

async function checkNodeFile(node: unknown, nodeFile: string): Promise<NodeFinding[]> {
  const path = findSecret(node);
  if (path === undefined || ((await modeOf(nodeFile)) & OTHERS_READ_WRITE) === 0) return [];
  return [
    {
      kind: "node-file-open",
      level: "warning",
      path,
      message: `is in ${nodeFile} itself, which every user of this machine can read`,
      hint: `chmod o= ${nodeFile}, or take it from the environment: "\${NAME}"`,
    },
  ];
}

/** The path of the first secret that isn't taken from the environment. */
function findSecret(value: unknown, keys: readonly (string | number)[] = []): string | undefined {
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, item] of entries) {
    const isSecret = key === "ticket" || key === "secret";
    if (isSecret && typeof item === "string" && !item.startsWith("$")) return toKeyPath([...keys, key]);
    const found = findSecret(item, [...keys, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The mode bits; 0 if there is no such file, and on systems whose modes mean nothing. */
async function modeOf(file: string): Promise<number> {
  if (process.platform === "win32") return 0;
  return stat(file).then(
    ({ mode }) => mode,
    () => 0,
  );
}
