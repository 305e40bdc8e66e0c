// Writing with back-pressure, so that a long listing into a slow pipe doesn't pile up in memory.

import type { TextOutput } from "./cli-context.js";

/**
 * Writes text and waits until the stream takes more.
 *
 * @returns `false` if the other end of the pipe is gone: nothing more needs to be written
 */
export async function writeText(output: TextOutput, text: string): Promise<boolean> {
  if (!output.writable) return false;
  if (!output.write(text)) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        output.off("drain", done);
        output.off("close", done);
        resolve();
      };
      output.once("drain", done);
      output.once("close", done);
    });
  }
  return output.writable;
}
