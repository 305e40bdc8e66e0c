// Child process of the tests: backs up or compacts, and on demand kills itself without warning at a point of the work.
// backup-process.ts backup|compact SOURCE TARGET [PHASE]: SIGKILL in the middle of this phase.

import { CookieAuthenticatorError } from "../../../src/errors.js";
import { backupStore } from "../../../src/store/backup/backup-store.js";
import { compactStore } from "../../../src/store/backup/compact-store.js";

const [what = "", source = "", target = "", killIn] = process.argv.slice(2);
const die = (): void => void process.kill(process.pid, "SIGKILL");
const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }): void => {
  if (phase !== killIn) return;
  // LMDB copies in a thread of its own, and begins only now.
  if (phase === "copy") setTimeout(die, 5);
  else if (done > total / 2) die();
};

try {
  const report =
    what === "backup"
      ? await backupStore(source, target, { onProgress })
      : await compactStore(source, { onProgress });
  process.stdout.write(JSON.stringify(report));
} catch (error) {
  if (!(error instanceof CookieAuthenticatorError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
}
