// npm's install step: only calls `build-native`, and never fails an installation. Without the engine the package
// still installs; `start` then names the command. In a clone of the repository there is nothing built yet, and
// `npm run setup` does it.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const build = join(root, "dist", "store", "lmdb", "build-native.js");

if (existsSync(build)) {
  const { buildNative } = await import(build);
  try {
    await buildNative({
      ifMissing: true,
      report: (line) => console.log(`wamp-cookie-authenticator: ${line}`),
    });
  } catch (error) {
    console.error(`wamp-cookie-authenticator: ${error.message}`);
    if (error.hint) console.error(`hint: ${error.hint}`);
    console.error("hint: then run `npx wamp-cookie-authenticator build-native`");
  }
}
