// Starts this component again when it ends, where nothing else does: as a guest worker of Crossbar.

import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log/logger.js";
import type { Backoff } from "../wamp/backoff.js";

/** Stop it, stop it, read the configuration again. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** After so long a run the next pause is the shortest again. */
const STABLE_MS = 60_000;
/** Tells the child that its parent is this supervisor. */
const SUPERVISED = "WAMP_COOKIE_AUTHENTICATOR_SUPERVISED";

/** How a process ended. */
interface End {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs the component in a process of its own, again and again, until it ends in order or a signal ends this one.
 * Signals are passed on. It has no part in authentication and holds nothing, so that it has nothing to crash by.
 *
 * @param start starts the process; see `startSupervised`
 * @param backoff the pauses between an end and the next start
 */
export async function supervise(start: () => ChildProcess, log: Log, backoff: Backoff): Promise<void> {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    if (signal !== "SIGHUP") stopping.abort();
    child?.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    while (!stopping.signal.aborted) {
      const beganMs = performance.now();
      child = start();
      const end = await endOf(child);
      child = undefined;
      if (stopping.signal.aborted || end.status === 0) return;
      if (performance.now() - beganMs >= STABLE_MS) backoff.reset();
      const pauseMs = backoff.next();
      log.error(
        { event: "component-ended", ...end, pauseMs },
        "the component has ended: it is started again",
      );
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {}); // told to stop meanwhile
    }
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, passOn);
  }
}

/**
 * Starts a Node.js process that `endWithSupervisor` binds to this one. It has a process group of its own: Ctrl-C on a
 * terminal reaches this process, which passes it on, and wouldn't count as a second signal there.
 */
export function startSupervised(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, ...args], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, [SUPERVISED]: "1" },
  });
}

/** Ends this process in order when its supervisor is gone, even by SIGKILL: two components would register one procedure. */
export function endWithSupervisor(): void {
  if (process.env[SUPERVISED] !== "1") return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("exit", (status, signal) => resolve({ status, signal }));
    child.once("error", () => resolve({ status: null, signal: null })); // it couldn't be started
  });
}
