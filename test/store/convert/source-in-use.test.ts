// Who has a database open, from the kernel's list of locks.

import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { findStoreUse } from "../../../src/store/convert/source-in-use.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(removeTempDirectories);

function makeDatabase(lines: (inode: bigint) => string): { directory: string; locks: string } {
  const directory = makeTempDirectory();
  writeFileSync(join(directory, "lock.mdb"), "");
  const { ino } = statSync(join(directory, "lock.mdb"), { bigint: true });
  const locks = join(directory, "locks");
  writeFileSync(locks, lines(ino));
  return { directory, locks };
}

test.each<[string, (inode: bigint) => string, object]>([
  [
    "a shared lock",
    (inode) => `1: POSIX  ADVISORY  READ 4711 fe:00:${inode} 0 0\n`,
    { is: "in use", pid: 4711 },
  ],
  [
    "a lock among others",
    (inode) =>
      `1: FLOCK  ADVISORY  WRITE 1 08:01:5 0 EOF\n22: POSIX  ADVISORY  WRITE 99 08:01:${inode} 0 EOF\n`,
    { is: "in use", pid: 99 },
  ],
  [
    "a waiting lock alone",
    (inode) => `1: -> POSIX  ADVISORY  WRITE 99 08:01:${inode} 0 EOF\n`,
    { is: "free" },
  ],
  [
    "a lock of another kind",
    (inode) => `1: FLOCK  ADVISORY  WRITE 99 08:01:${inode} 0 EOF\n`,
    { is: "free" },
  ],
  ["a longer inode", (inode) => `1: POSIX  ADVISORY  READ 99 08:01:${inode}0 0 0\n`, { is: "free" }],
  ["no locks", () => "", { is: "free" }],
])("%s", (_name, lines, expected) => {
  const { directory, locks } = makeDatabase(lines);
  expect(findStoreUse(directory, locks)).toEqual(expected);
});

test("without a lock file nobody has it open; without the list nobody knows", () => {
  const { directory } = makeDatabase(() => "");
  expect(findStoreUse(directory, join(directory, "no-such-file"))).toEqual({ is: "unknown" });
  expect(findStoreUse(makeTempDirectory(), join(directory, "no-such-file"))).toEqual({ is: "free" });
});
