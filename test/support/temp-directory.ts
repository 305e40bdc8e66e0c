// Temporary directories that are gone after the test, whatever it did to their modes.

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new empty directory; `removeTempDirectories` removes it. */
export function makeTempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "wca-test-"));
  made.push(directory);
  return directory;
}

/** Removes all that this process made. For `afterAll`. */
export function removeTempDirectories(): void {
  for (const directory of made.splice(0)) {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true, force: true });
  }
}
