// The wiring of the commands to the process and the rest of the package.

import { readFileSync } from "node:fs";
import { makeCookieValue } from "../record/cookie-value.js";
import { buildNative } from "../store/lmdb/build-native.js";
import { initCookieStore } from "../store/lmdb/init-store.js";
import { openCookieReader, openCookieStore } from "../store/open-store.js";
import type { CliContext } from "./cli-context.js";
import { startService } from "./start-service.js";

/** package.json, the same distance from src/cli and from dist/cli. */
const PACKAGE = new URL("../../package.json", import.meta.url);

/** The context of the real executable. */
export function createRealContext(): CliContext {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    version: (JSON.parse(readFileSync(PACKAGE, "utf8")) as { readonly version: string }).version,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeCookieValue,
    openCookieReader,
    openCookieStore,
    initCookieStore,
    buildNative,
    startService,
  };
}
