// Tells how far a copy is while LMDB makes it, which says nothing about it itself.

import { statSync } from "node:fs";
import { dataFilePath } from "../database-identity.js";

const LOOK_EVERY_MS = 100;

/** Runs `work`, and calls `onBytes` meanwhile with the size of the data file in `directory`. @returns what `work` does */
export async function watchSize<T>(
  directory: string,
  onBytes: (done: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => {
    onBytes(statSync(dataFilePath(directory), { throwIfNoEntry: false })?.size ?? 0);
  }, LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
