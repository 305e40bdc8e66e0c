// Everything that a command needs from outside, in one interface: tests hand in another one.

import type { Config, LogConfig } from "../config/config.js";
import type { LoadedConfig } from "../config/load-config.js";
import type { CookieReader } from "../store/cookie-reader.js";
import type { CookieStore } from "../store/cookie-store.js";
import type { NativeBuild } from "../store/lmdb/build-native.js";
import type { StoreTarget } from "../store/store-target.js";

/** The part of a writable stream that commands use. */
export interface TextOutput {
  /** `false`: wait for `drain` before the next write. */
  write(text: string): boolean;
  once(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
  /** `false` once the reader of a pipe is gone. */
  readonly writable: boolean;
  /** Whether it is a terminal: only there a progress bar makes sense. */
  readonly isTTY?: boolean | undefined;
}

/** What `start` is given beside the configuration. */
export interface RunOptions {
  /** Loads the configuration again, for SIGHUP. */
  readonly load?: (() => Promise<LoadedConfig>) | undefined;
  readonly pidFile?: string | undefined;
}

export interface CliContext {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  /**
   * Asks the person at the terminal on standard error; empty if there is no answer. Rejects when `signal` is aborted.
   * `undefined` where standard input is no terminal: nobody can be asked.
   */
  readonly ask: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** Calls `listener` once, at Ctrl-C or SIGTERM, instead of ending; a second one ends the process. Returns the way back. */
  onInterrupt(listener: () => void): () => void;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: NodeJS.ProcessEnv;
  /** Of this package, for `--version`. */
  readonly version: string;
  /** The clock, ns since 1970 UTC. */
  nowNs(): bigint;
  /** A new random cookie value of so many characters. */
  makeCookieValue(length: number): string;
  /** `onWarning` is told how a server is set up so that cookies may be lost. */
  openCookieReader(target: StoreTarget, onWarning?: (message: string) => void): Promise<CookieReader>;
  openCookieStore(target: StoreTarget): Promise<CookieStore>;
  initCookieStore(path: string, options: { readonly groupId?: number }): Promise<void>;
  buildNative(options: {
    readonly ifMissing: boolean;
    readonly report: (line: string) => void;
  }): Promise<NativeBuild>;
  /** Runs the service and resolves when a signal has stopped it. `warnings` go into its log. */
  startService(config: Config, warnings: readonly string[], options?: RunOptions): Promise<void>;
  /** Runs this same command line without `--restart` in a process of its own, again and again, until a signal ends it. */
  superviseStart(log: LogConfig): Promise<void>;
  /** Executable and arguments that run our command line, absolute. */
  readonly ownCommand: readonly string[];
  /** Asks the component of a pid file to read its configuration again; its process number. */
  signalReload(pidFile: string): Promise<number>;
}
