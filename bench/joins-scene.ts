// All processes of the bench `joins`: one Crossbar with its router workers, their authenticators, clients, the engine.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, startCrossbar } from "../test/support/crossbar.js";
import { PREFIX, PROCEDURE, REALMS, ticketOf } from "../test/support/crossbar-sessions-node.js";
import { waitFor } from "../test/support/wait-for.js";
import { type EngineName, type JoinsEngine, startJoinsEngine } from "./joins-engine.js";
import { type JoinsPorts, type JoinsWorker, joinsNode, WORKERS } from "./joins-node.js";
import { LineProcess } from "./line-process.js";
import { findListener } from "./process-figures.js";
import { benchDirectory } from "./results.js";

/** Processes with clients. */
const CLIENT_PROCESSES = 2;
/** With eight router workers on two cores. */
const START_MS = 180_000;

export interface RunningWorker {
  /** Where clients join. */
  readonly url: string;
  readonly pid: number;
  readonly authenticatorPids: readonly number[];
}

export interface JoinsScene {
  readonly workers: readonly RunningWorker[];
  readonly clients: readonly LineProcess[];
  readonly engine: JoinsEngine;
  stop(): Promise<void>;
}

/** @param size how many cookies the store has */
export async function startJoinsScene(name: EngineName, size: number): Promise<JoinsScene> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const engine = await startJoinsEngine(name, size);
    ends.push(() => engine.stop());
    const numbers = await freePorts(WORKERS.length * 2);
    const ports = WORKERS.map((_, n) => ({
      component: numbers[2 * n] as number,
      client: numbers[2 * n + 1] as number,
    }));
    const crossbar = await startCrossbar({
      nodeConfig: joinsNode(ports),
      directory: benchDirectory(),
      deadlineMs: START_MS,
    });
    ends.push(() => crossbar.stop());
    const workers: RunningWorker[] = [];
    for (const [n, worker] of WORKERS.entries()) {
      const { component, client } = ports[n] as JoinsPorts;
      const authenticators = await startAuthenticators(worker, component, engine);
      ends.push(() => stopAll(authenticators));
      workers.push({
        url: `ws://127.0.0.1:${client}`,
        pid: findListener(client),
        authenticatorPids: authenticators.map(({ pid }) => pid),
      });
    }
    const clients = await startMany(CLIENT_PROCESSES, "joins-client.ts", [String(size)]);
    ends.push(() => stopAll(clients));
    return { workers, clients, engine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startMany(count: number, script: string, parameters: readonly string[]): Promise<LineProcess[]> {
  return Promise.all(Array.from({ length: count }, () => LineProcess.start(script, parameters)));
}

async function stopAll(processes: readonly LineProcess[]): Promise<void> {
  await Promise.all(processes.map((process) => process.stop()));
}

/** Resolves when all of them are registered. */
async function startAuthenticators(
  worker: JoinsWorker,
  port: number,
  engine: JoinsEngine,
): Promise<readonly LineProcess[]> {
  const healthPorts = await freePorts(worker.authenticators);
  return Promise.all(
    healthPorts.map(async (healthPort) => {
      const file = join(benchDirectory(), `joins-config-${healthPort}.json`);
      const config = configOf(worker, port, engine, healthPort);
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      const process = await LineProcess.start("calls-callee.ts", ["ours", file]);
      await waitFor("an authenticator to be registered", () => isReady(healthPort), START_MS);
      rmSync(file);
      return process;
    }),
  );
}

function configOf(worker: JoinsWorker, port: number, engine: JoinsEngine, healthPort: number): object {
  return {
    store: engine.config,
    routers: [
      {
        url: `ws://127.0.0.1:${port}`,
        realm: REALMS[0],
        auth: { method: "ticket", authid: "authenticator", secret: ticketOf("authenticator") },
        procedure: PROCEDURE,
        invoke: "roundrobin",
      },
    ],
    ...(worker.hasSessions ? { sessions: { mode: "exclusive", prefix: PREFIX } } : {}),
    health: { port: healthPort },
    log: { level: "warn" },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // it doesn't listen yet
  }
}
