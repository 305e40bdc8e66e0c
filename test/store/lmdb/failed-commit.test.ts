// A disk that is full: lmdb-js by itself would end the process, also when the caller has caught the error.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { packageRoot } from "../../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(removeTempDirectories);

test("a commit that fails is a coded error; the process lives, and what was acknowledged is there", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  // A limit on the file size (in blocks of 512 or 1024 bytes) makes writes fail as a full disk does; Node.js ignores
  // the signal that comes with it.
  const script = join(packageRoot(), "test", "support", "full-disk-process.ts");
  const child = spawnSync(
    "sh",
    ["-c", 'ulimit -f 400 && exec "$0" --import tsx "$1" "$2"', process.execPath, script, path],
    { cwd: packageRoot(), encoding: "utf8", timeout: 60_000 },
  );
  expect({ status: child.status, signal: child.signal, stderr: child.stderr }).toMatchObject({ status: 0 });
  const result = JSON.parse(child.stdout) as {
    code: string;
    hint: string;
    acknowledged: string[];
    listed: string[];
    damaged: number;
  };
  expect(result.code).toBe("ERR_STORE_COMMIT");
  expect(result.hint).toContain("full");
  expect(result.acknowledged.length).toBeGreaterThan(10);
  expect(result.listed).toEqual(result.acknowledged);
  expect(result.damaged).toBe(0);
}, 90_000);
