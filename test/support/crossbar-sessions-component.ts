// Two instances of the component on one configuration: one in this process, one the executable in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { createService } from "../../src/service/service.js";
import { createSessionService } from "../../src/service/session-service.js";
import { openLastingTarget, type TargetEvents } from "../../src/store/open-store-target.js";
import { collectLog } from "./crossbar-log.js";
import { waitFor } from "./wait-for.js";

export interface SessionsInstance {
  /** Everything that it has written to its log. */
  log(): string;
  /** Whether it is attached to everything, registered and watching. */
  isReady(): Promise<boolean>;
  /** In order. */
  stop(): Promise<void>;
}

const NO_EVENTS: TargetEvents = { onAvailable() {}, onUnavailable() {}, onWarning() {}, onReplaced() {} };

/** As `start` does it, with a log that a test can read. */
export async function startInProcess(configFile: string): Promise<SessionsInstance> {
  const { config } = await loadConfig(configFile);
  const { store: storeConfig, routers, policy } = config;
  if (config.sessions === undefined) throw new Error("the configuration has no sessions");
  const { log, text } = collectLog("trace");
  const store = await openLastingTarget(storeConfig, { mode: config.sessions.mode, events: NO_EVENTS });
  const clock = createSteadyClock();
  const { repeatLimit } = config.log;
  const sessions = createSessionService({ config: config.sessions, routers, store, clock, log, repeatLimit });
  const { reader } = store;
  const onUse = sessions.used;
  const authenticator = createAuthenticator({ reader, policy, log, nowNs: clock.nowNs, onUse });
  const service = createService({
    config: { routers, health: undefined },
    authenticator,
    reader,
    sessions,
    log,
  });
  await service.start();
  const isReady = async (): Promise<boolean> => {
    const { routers: attached, sessions: managed } = service.status();
    const realms = managed?.realms ?? [];
    return (
      attached.every(({ registered }) => registered) &&
      realms.length > 0 &&
      realms.every(({ registered, watching }) => registered && watching)
    );
  };
  return { log: text, isReady, stop: () => service.stop() };
}

/** The executable, from its source. `healthPort` as in its configuration. */
export function startExecutable(configFile: string, healthPort: number): SessionsInstance {
  // `--import` instead of the tsx command, which would put a process of its own in between; jest's own options not.
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const main = ["--import", "tsx", resolve("src/cli/main.ts"), "start", "--config", configFile];
  const child = spawn(process.execPath, main, { env });
  let text = "";
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const onOurExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onOurExit);
  return {
    log: () => text,
    isReady: () => isHealthy(child, healthPort, () => text),
    async stop() {
      child.kill("SIGTERM");
      await waitFor(
        "the end of the component",
        () => child.exitCode !== null || child.signalCode !== null,
      ).catch(() => child.kill("SIGKILL"));
      await ended;
      process.removeListener("exit", onOurExit);
    },
  };
}

async function isHealthy(child: ChildProcess, port: number, log: () => string): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the component ended early\n${log().slice(-4000)}`);
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // it doesn't listen yet
  }
}
