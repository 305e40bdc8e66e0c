// Tests that need a Chromium: where there is none they are skipped, and say so.

import { describe } from "@jest/globals";
import { CHROMIUM_NAMES, findChromium } from "./chromium.js";

/** `describe` where there is a Chromium; elsewhere its tests are skipped, and a line says why. */
export function describeInChromium(name: string, body: () => void): void {
  if (findChromium() !== undefined) {
    describe(name, body);
    return;
  }
  const reason = `no ${CHROMIUM_NAMES.join(", ")} on the PATH, and no CHROMIUM_PATH`;
  // Jest doesn't print the names of a file whose tests are all skipped.
  process.stderr.write(`skipped: ${name} (${reason})\n`);
  describe.skip(`${name} (${reason})`, body);
}
