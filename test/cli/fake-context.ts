// A context without a process: streams in memory, a store in memory, and a record of the calls.

import type { CliContext, RunOptions, TextOutput } from "../../src/cli/cli-context.js";
import { runCli } from "../../src/cli/run-cli.js";
import type { Config } from "../../src/config/config.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import type { StoreTarget } from "../../src/store/store-target.js";

/** 2026-01-01T00:00:00Z. */
export const NOW_NS = 1_767_225_600_000_000_000n;

/** What a command wrote and ended with. */
export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `start` was asked for. */
export interface Started extends RunOptions {
  readonly config: Config;
  readonly warnings: readonly string[];
}

export interface FakeCli {
  readonly store: CookieStore;
  /** Stores opened, and how: `read PATH`, `write PATH MAX`. */
  readonly opened: readonly string[];
  /** How many of them were closed again. */
  closed: number;
  readonly started: readonly Started[];
  /** Pid files whose processes were asked to reload. */
  readonly reloaded: readonly string[];
  run(args: readonly string[], options?: { readonly stdin?: string }): Promise<CliResult>;
}

/** The directory, or the first server. */
function placeOf(target: StoreTarget): string {
  if (target.type === "lmdb") return target.path;
  return target.servers
    .slice(0, 1)
    .map(({ host, port }) => `${host}:${port}`)
    .join();
}

/** A command line on one store in memory; `changes` replace parts of the context. */
export function createFakeCli(changes: Partial<CliContext> = {}): FakeCli {
  const store = createMemoryStore();
  const opened: string[] = [];
  const started: Started[] = [];
  const reloaded: string[] = [];
  const cli: FakeCli = { store, opened, closed: 0, started, reloaded, run };
  // The store outlives its closing, so that the next command finds what this one wrote.
  const close = async (): Promise<void> => {
    cli.closed++;
  };

  async function run(args: readonly string[], options: { readonly stdin?: string } = {}): Promise<CliResult> {
    const written = { stdout: "", stderr: "" };
    const output = (name: "stdout" | "stderr"): TextOutput => ({
      write: (text) => {
        written[name] += text;
        return true;
      },
      once: () => {},
      off: () => {},
      writable: true,
    });
    const status = await runCli(args, {
      stdin: (async function* () {
        yield Buffer.from(options.stdin ?? "");
      })(),
      ask: undefined,
      onInterrupt: () => () => {},
      stdout: output("stdout"),
      stderr: output("stderr"),
      env: {},
      version: "1.2.3",
      nowNs: () => NOW_NS,
      makeCookieValue: (length) => "v".repeat(length),
      openCookieReader: async (target) => {
        opened.push(`read ${placeOf(target)}`);
        return { ...store.reader, close };
      },
      openCookieStore: async (target) => {
        opened.push(`write ${placeOf(target)}${target.type === "lmdb" ? ` ${target.maxSizeBytes}` : ""}`);
        return { ...store, close };
      },
      initCookieStore: async () => {},
      buildNative: async () => "built",
      startService: async (config, warnings, options) => {
        started.push({ config, warnings, ...options });
      },
      signalReload: async (pidFile) => {
        reloaded.push(pidFile);
        return 4711;
      },
      superviseStart: async () => {},
      ownCommand: ["/usr/bin/node", "/opt/wca/bin/wamp-cookie-authenticator.js"],
      ...changes,
    });
    return { status, ...written };
  }
  return cli;
}
