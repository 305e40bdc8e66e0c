// Suites that need what may be absent: skipped in so many words, never passed.

import { describe } from "@jest/globals";

/** `describe`, or with a reason in `missing` a skipped one that says it in its title and on the console. */
export function describeUnless(missing: string | undefined, title: string, body: () => void): void {
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  console.warn(`SKIPPED: ${title}: ${missing}`);
  describe.skip(`${title} (skipped: ${missing})`, body);
}
