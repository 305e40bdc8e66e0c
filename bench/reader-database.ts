// The databases that the reader's bench measures on: the same cookies in LMDB 0.9 and 1.0, written by cfxdb itself.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a database of `size` cookies with reader.py unless it is there. @returns its path */
export function makeReaderDatabase(options: {
  readonly directory: string;
  readonly python: string;
  readonly script: string;
  readonly format: "0.9" | "1.0";
  readonly size: number;
}): string {
  const { directory, python, script, format, size } = options;
  const path = join(directory, `reader-${format}-${size}`);
  const complete = `${path}.complete`;
  if (existsSync(complete)) return path;
  rmSync(path, { recursive: true, force: true });
  process.stderr.write(`generating ${size} cookies in LMDB ${format}\n`);
  const { status } = spawnSync(python, ["-W", "ignore", script, "make", path, format, String(size)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`${script} can't make ${path}`);
  writeFileSync(complete, "");
  return path;
}
