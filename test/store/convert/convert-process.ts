// Child process of the tests: converts, and on demand kills itself without warning at a point of the work.
// convert-process.ts SOURCE TARGET [PHASE]: SIGKILL in the middle of this phase.

import { CookieAuthenticatorError } from "../../../src/errors.js";
import { convertStore } from "../../../src/store/convert/convert-store.js";

const [source = "", target = "", killIn] = process.argv.slice(2);

try {
  const { entries } = await convertStore(source, target, {
    force: true, // the test itself has the source open
    onProgress: ({ phase, done, total }) => {
      if (phase === killIn && done > total / 2) process.kill(process.pid, "SIGKILL");
    },
  });
  process.stdout.write(JSON.stringify({ entries }));
} catch (error) {
  if (!(error instanceof CookieAuthenticatorError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, hint: error.hint }));
}
