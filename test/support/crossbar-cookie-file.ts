// Crossbar's own file-backed cookie store, in Python.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.CFXDB_PYTHON ?? join(here, "..", "..", ".venv", "bin", "python");

/** The values of the cookies by what became of them. */
export interface MadeCookies {
  readonly tracking: string;
  readonly joe: string;
  readonly ann: string;
  readonly gone: string;
}

/** Has the store make a file, or append to it. */
export function makeCookieFile(path: string): MadeCookies {
  return run("make", path);
}

/** What the store has after reading the file: value -> authid, authrole, authmethod, authrealm, authextra, max_age, created. */
export function loadCookieFile(path: string): Record<string, unknown[]> {
  return run("load", path);
}

function run<T>(what: string, path: string): T {
  const script = join(here, "crossbar_cookie_file.py");
  const { status, stdout, stderr } = spawnSync(python, ["-B", script, what, path], {
    encoding: "utf8",
    env: { ...process.env, PYTHONWARNINGS: "ignore" },
  });
  if (status !== 0) throw new Error(`crossbar_cookie_file.py ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
