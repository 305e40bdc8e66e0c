#!/usr/bin/env node
// The executable: a shim for dist/cli/main.js.

import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write(
    "error: wamp-cookie-authenticator isn't built: dist/cli/main.js is missing\nhint: run `npm run build` in its directory\n",
  );
  process.exitCode = 1;
}
