// Syncs a directory to disk, so that the names in it outlive a power failure, as the files' content does.

import { closeSync, fsyncSync, openSync } from "node:fs";

/** After a rename or a new file in `path`. Does nothing where directories can't be opened. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return; // directories can't be opened there
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
