// The wiring of the commands to the process and the rest of the package.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createLog } from "../log/logger.js";
import { makeCookieValue } from "../record/cookie-value.js";
import { buildNative } from "../store/lmdb/build-native.js";
import { initCookieStore } from "../store/lmdb/init-store.js";
import { openTargetReader, openTargetStore } from "../store/open-store-target.js";
import { createBackoff } from "../wamp/backoff.js";
import type { CliContext } from "./cli-context.js";
import { signalReload } from "./pid-file.js";
import { startSupervised, supervise } from "./supervisor.js";
import { askOnTerminal, onInterrupt } from "./terminal-person.js";

/** package.json, the same distance from src/cli and from dist/cli. */
const PACKAGE = new URL("../../package.json", import.meta.url);

/** Between an end of the component and its next start, in milliseconds. */
const PAUSES = { minMs: 500, maxMs: 30_000 };

/** The context of the real executable. */
export function createRealContext(): CliContext {
  return {
    stdin: process.stdin,
    ask: askOnTerminal(),
    onInterrupt,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    version: (JSON.parse(readFileSync(PACKAGE, "utf8")) as { readonly version: string }).version,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeCookieValue,
    openCookieReader: openTargetReader,
    openCookieStore: openTargetStore,
    initCookieStore,
    buildNative,
    // Loaded when it is run: routers and logs are half of the program, and the other commands need neither.
    startService: async (...parameters) => {
      const { startService } = await import("./start-service.js");
      await startService(...parameters);
    },
    superviseStart: (log) =>
      supervise(() => startSupervised(withoutRestart()), createLog(log), createBackoff(PAUSES)),
    ownCommand: [process.execPath, resolve(process.argv[1] ?? "")],
    signalReload,
  };
}

/** This command line, but for the child that does the work. */
function withoutRestart(): string[] {
  return process.argv.slice(1).filter((argument) => argument !== "--restart");
}
