// Builds the engine: npm `lmdb`, copied into this package and compiled for LMDB 0.9's data version 1.

import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { LMDB_JS_VERSION, nativeFolder, packageRoot } from "./engine.js";

/** What the build came to. */
export type NativeBuild = "built" | "already-built";

/**
 * Copies npm `lmdb` with its dependencies into `native/` of this package and compiles it there with
 * `LMDB_DATA_V1=true` (lmdb-js's own switch), against Node-API only (`ENABLE_V8_FUNCTIONS=false`), so that one
 * build serves every Node.js version. Nothing outside `native/` is changed: not the `lmdb` of the host
 * application, not the store of pnpm. The folder appears only when the build has succeeded.
 *
 * @param options.ifMissing leave a build of the right version as it is
 * @param options.report called with a line for each step
 * @throws `ERR_ENGINE_BUILD` with the end of the compiler's output and what to install
 */
export async function buildNative(
  options: { readonly ifMissing?: boolean; readonly report?: (line: string) => void } = {},
): Promise<NativeBuild> {
  const report = options.report ?? (() => {});
  const target = nativeFolder();
  if (options.ifMissing === true && builtVersion(target) === LMDB_JS_VERSION) return "already-built";

  const work = `${target}.building-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  try {
    report(`copying lmdb ${LMDB_JS_VERSION} into ${target}`);
    copyPackages(work);
    report("compiling it for LMDB data version 1 (some 30 s)");
    await compile(join(work, "node_modules", "lmdb"));
    await checkVersion(work);
    keepOnlyTheBinary(join(work, "node_modules", "lmdb"));
    writeFileSync(
      join(work, "package.json"),
      `${JSON.stringify({ private: true, description: "made by build-native", lmdb: LMDB_JS_VERSION }, null, 2)}\n`,
    );
    rmSync(target, { recursive: true, force: true });
    renameSync(work, target);
  } catch (error) {
    throw error instanceof CookieAuthenticatorError
      ? error
      : buildError("it can't be written", String(error));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return "built";
}

/** The lmdb version in `native/`, if a finished build is there. */
function builtVersion(folder: string): string | undefined {
  try {
    const { lmdb } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { lmdb?: string };
    return existsSync(join(folder, "node_modules", "lmdb", "build", "Release", "lmdb.node"))
      ? lmdb
      : undefined;
  } catch {
    return undefined; // no build yet
  }
}

/** Copies `lmdb` and, flat, everything it depends on. */
function copyPackages(work: string): void {
  const pending: { name: string; from: string }[] = [{ name: "lmdb", from: packageRoot() }];
  const copied = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (copied.has(next.name)) continue;
    copied.add(next.name);
    const source = findPackage(next.name, next.from);
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
      version: string;
      dependencies?: Record<string, string>;
    };
    if (next.name === "lmdb" && manifest.version !== LMDB_JS_VERSION) {
      throw buildError(`lmdb ${manifest.version} is installed, ${LMDB_JS_VERSION} is needed`, "");
    }
    const target = join(work, "node_modules", next.name);
    mkdirSync(dirname(target), { recursive: true });
    const skip = [join(source, "build"), join(source, "node_modules")];
    cpSync(source, target, {
      recursive: true,
      dereference: true,
      filter: (path) => !skip.some((folder) => path === folder || path.startsWith(folder + sep)),
    });
    for (const name of Object.keys(manifest.dependencies ?? {})) pending.push({ name, from: source });
  }
}

/** Node's look-up of a package folder; `require.resolve` can't do it, since lmdb doesn't export its package.json. */
function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(folder) === folder) throw buildError(`the package ${name} isn't installed`, "");
  }
}

async function compile(folder: string): Promise<void> {
  // `npm run` puts npm's own node-gyp on the path and hands npm's configuration (proxy, nodedir) to it.
  const npmCli = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined;
  const [command, ...first] = npmCli === undefined ? ["npm"] : [process.execPath, npmCli];
  // Node's headers beside this node, as its tarballs and Debian's package have them, save a download.
  const nodeDir = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(nodeDir, "include", "node", "node_api.h"));
  const result = await run(command as string, [...first, "run", "recompile"], folder, {
    LMDB_DATA_V1: "true",
    ENABLE_V8_FUNCTIONS: "false",
    ...(hasHeaders && process.env.npm_config_nodedir === undefined ? { npm_config_nodedir: nodeDir } : {}),
  });
  if (result.status !== 0) throw buildError("the compilation failed", result.output);
}

async function checkVersion(work: string): Promise<void> {
  const script = 'process.stdout.write(require("lmdb").version.versionString)';
  const result = await run(process.execPath, ["-e", script], work, {});
  if (result.status !== 0 || !/^LMDB 0\.9\.(?!9\d)/.test(result.output)) {
    throw buildError("the result is no LMDB 0.9 with data version 1", result.output);
  }
}

/** Drops sources and object files: 600 kB remain of 15 MB. */
function keepOnlyTheBinary(lmdb: string): void {
  const binary = join(lmdb, "build", "Release", "lmdb.node");
  const kept = join(lmdb, "lmdb.node");
  renameSync(binary, kept);
  for (const folder of ["build", "dependencies", "src"])
    rmSync(join(lmdb, folder), { recursive: true, force: true });
  mkdirSync(dirname(binary), { recursive: true });
  renameSync(kept, binary);
}

function run(
  command: string,
  parameters: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ status: null, output: `${command}: ${error.message}` }));
    child.on("close", (status) => resolve({ status, output }));
  });
}

function buildError(why: string, output: string): CookieAuthenticatorError {
  const tail = output.trim().split("\n").slice(-15).join("\n");
  return new CookieAuthenticatorError(
    "ERR_ENGINE_BUILD",
    `the LMDB engine can't be built: ${why}\n${tail}`.trim(),
    {
      hint:
        "it needs a C++ compiler, make and Python 3 (Debian: apt-get install g++ make python3; Alpine: apk add g++ make " +
        "python3; macOS: xcode-select --install), npm on the path, and write access to this package's folder",
      details: { output: tail },
    },
  );
}
