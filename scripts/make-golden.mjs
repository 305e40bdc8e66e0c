// Makes test/golden/ with cfxdb from .venv (scripts/golden.py). `--check` makes it anew elsewhere and only compares:
// vectors without the versions they were made by, and databases by what they hold, not by their pages.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const golden = join(root, "test", "golden");
const python = process.env.CFXDB_PYTHON ?? join(root, ".venv", "bin", "python");

if (!existsSync(python)) {
  console.error(`no Python at ${python}: make a venv with crossbar==26.10.1 there, or set CFXDB_PYTHON`);
  process.exit(1);
}
if (process.argv.includes("--check")) check();
else {
  runPython("make", golden);
  console.log(`wrote ${golden}`);
}

function check() {
  const fresh = mkdtempSync(join(tmpdir(), "golden-"));
  try {
    runPython("make", fresh);
    const differences = readdirSync(fresh).filter((name) => !isSame(name, fresh));
    for (const name of differences)
      console.error(`test/golden/${name} isn't what cfxdb makes: run npm run golden`);
    if (differences.length > 0) process.exitCode = 1;
    else console.log("test/golden is what cfxdb makes");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function isSame(name, fresh) {
  if (!existsSync(join(golden, name))) return false;
  if (!name.endsWith(".json")) {
    return isDeepStrictEqual(
      JSON.parse(runPython("dump", join(golden, name))),
      readJson(join(fresh, `${name}.json`)),
    );
  }
  return isDeepStrictEqual(readJson(join(golden, name)), readJson(join(fresh, name)));
}

function readJson(path) {
  const { madeBy, ...content } = JSON.parse(readFileSync(path, "utf8"));
  return content;
}

function runPython(command, directory) {
  const { status, stdout, stderr, error } = spawnSync(
    python,
    ["-B", join(root, "scripts", "golden.py"), command, directory],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`golden.py ${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}
