// A conversion that is killed, or finds the disk full: nothing is left but what the next one removes.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { packageRoot } from "../../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

const COOKIES = 20_000;
const script = join(packageRoot(), "test", "store", "convert", "convert-process.ts");
const CHILD = { cwd: packageRoot(), encoding: "utf8", timeout: 60_000 } as const;

let source: string;

beforeAll(async () => {
  source = join(makeTempDirectory(), "source");
  await initCookieStore(source);
  const store = await openCookieStore({ path: source, maxSizeBytes: 2 ** 30 });
  await store.writer.write((transaction) => {
    for (let i = 0; i < COOKIES; i += 1) {
      const oid = `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;
      transaction.put({ oid, createdNs: 1n, value: `value-${i}`, authextra: { filler: "x".repeat(100) } });
    }
  });
  await store.close();
});
afterAll(removeTempDirectories);

const run = (target: string, killIn: string): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, ["--import", "tsx", script, source, target, killIn], CHILD);

test.each(["copy", "compare", "verify"])(
  "killed with -9 during phase %s, it leaves TARGET.converting alone, and the next run starts over",
  async (phase) => {
    const home = makeTempDirectory();
    const target = join(home, "target");
    expect(run(target, phase)).toMatchObject({ status: null, signal: "SIGKILL" });
    expect(readdirSync(home)).toEqual(["target.converting"]);
    const again = run(target, "");
    expect(again).toMatchObject({ status: 0, stdout: JSON.stringify({ entries: 2 * COOKIES + 2 }) });
    expect(readdirSync(home)).toEqual(["target"]);
    expect(await verifyStore(target)).toMatchObject({ ok: true, keys: { records: COOKIES } });
  },
  90_000,
);

test("on a full disk it ends with a coded error, the process lives, and nothing is left", () => {
  const home = makeTempDirectory();
  // A limit on the file size (in blocks of 512 or 1024 bytes) makes writes fail as a full disk does; Node.js ignores
  // the signal that comes with it.
  const child = spawnSync(
    "sh",
    [
      "-c",
      'ulimit -f 2000 && exec "$0" --import tsx "$1" "$2" "$3"',
      process.execPath,
      script,
      source,
      join(home, "target"),
    ],
    CHILD,
  );
  expect({ status: child.status, signal: child.signal, stderr: child.stderr }).toMatchObject({ status: 0 });
  expect(JSON.parse(child.stdout)).toEqual({
    code: "ERR_STORE_COMMIT",
    hint: expect.stringContaining("disk full"),
  });
  expect(readdirSync(home)).toEqual([]);
}, 90_000);
