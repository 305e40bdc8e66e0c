// Loads our own copy of npm `lmdb`, built for data version 1, and nobody else's.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Lmdb from "lmdb";
import { CookieAuthenticatorError } from "../../errors.js";

/** The version of npm `lmdb` that is copied and built; package.json pins the same. */
export const LMDB_JS_VERSION = "3.5.6";
const BUILD_HINT =
  "run `npx wamp-cookie-authenticator build-native` (it needs a C++ compiler, make and Python 3)";

/** Root of this package: the nearest folder above this file with our package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isOurRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package root of wamp-cookie-authenticator can't be found");
    folder = parent;
  }
  return folder;
}

/** Where `build-native` puts the copy: inside this package, so that it is shared with nobody. */
export function nativeFolder(): string {
  return join(packageRoot(), "native");
}

let engine: typeof Lmdb | undefined;

/**
 * The engine, loaded once.
 *
 * @throws `ERR_ENGINE_MISSING` not built; `ERR_ENGINE_WRONG_VERSION` built for another data version or loaded wrongly
 */
export function loadEngine(): typeof Lmdb {
  engine ??= load();
  return engine;
}

function load(): typeof Lmdb {
  const home = join(nativeFolder(), "node_modules", "lmdb");
  if (!existsSync(join(home, "build", "Release", "lmdb.node"))) {
    throw new CookieAuthenticatorError(
      "ERR_ENGINE_MISSING",
      `the LMDB engine isn't built: nothing in ${home}`,
      {
        hint: BUILD_HINT,
      },
    );
  }
  let loaded: typeof Lmdb;
  try {
    loaded = createRequire(join(nativeFolder(), "package.json"))("lmdb") as typeof Lmdb;
  } catch (error) {
    throw new CookieAuthenticatorError(
      "ERR_ENGINE_MISSING",
      `the LMDB engine in ${home} can't be loaded: ${error instanceof Error ? error.message.split("\n")[0] : "unknown"}`,
      { hint: BUILD_HINT, cause: error },
    );
  }
  // 0.9.29 is data version 1; npm's prebuilt binaries say 0.9.90 and crash on Crossbar's databases.
  const { version } = loaded as unknown as {
    version: { versionString: string; major: number; minor: number; patch: number };
  };
  if (version.major !== 0 || version.minor !== 9 || version.patch >= 90) {
    throw new CookieAuthenticatorError(
      "ERR_ENGINE_WRONG_VERSION",
      `the LMDB engine in ${home} is ${version.versionString}, not LMDB 0.9.x with data version 1`,
      { hint: BUILD_HINT },
    );
  }
  return loaded;
}

function isOurRoot(folder: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && /"name":\s*"wamp-cookie-authenticator"/.test(readFileSync(file, "utf8"));
}
