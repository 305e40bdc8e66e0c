// Real Valkey and Redis servers for tests: on free ports, in directories of their own, gone when the test's process is.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { freePort } from "./crossbar-ports.js";
import { findServers, serverMissing } from "./valkey-find-servers.js";
import { waitFor } from "./wait-for.js";

export { type FoundServer, findServers, serverMissing } from "./valkey-find-servers.js";

export interface ServerOptions {
  /** Default: the first of `findServers()`. */
  readonly binary?: string | undefined;
  /** Where it listens; default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The port is for TLS, and there is no other. Certificates come with `args`. */
  readonly isTls?: boolean | undefined;
  /** Put before the command, e.g. to run it in a network namespace: a `Host`'s `within`. */
  readonly within?: readonly string[] | undefined;
  /** Beyond our own, which they overrule: `["--appendonly", "yes"]`. */
  readonly args?: readonly string[] | undefined;
  /** Lines of a configuration file, which the server may rewrite: what changes in its life survives a restart. */
  readonly configuration?: readonly string[] | undefined;
  /** Watches servers instead of being one; its `configuration` says which. */
  readonly isSentinel?: boolean | undefined;
}

/** Of ioredis; how replies look is its default. */
export type ClientOptions = Omit<RedisOptions, "replyMapping">;

export interface ValkeyServer {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  readonly pid: number;
  /** What it has printed since its last start. */
  output(): string;
  /** A client of the test's own; it ends with the server. */
  client(options?: ClientOptions): Redis;
  /** SIGKILL. Its files stay, for `restart`. */
  kill(): Promise<void>;
  /** SIGSTOP: it holds its connections and does nothing. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on its port and its files, after a SIGKILL if it still runs. */
  restart(): Promise<void>;
  /** The end of the server, its clients and its files. Calling it again does nothing. */
  stop(): Promise<void>;
}

const READY = /Ready to accept connections|Sentinel ID is/;
const START_MS = 20_000;
/** The kernel ends the server with the process that started it, whatever kills that. */
const WITH_PARENT = ["/usr/bin/setpriv", "--pdeathsig", "KILL"];

const running = new Set<ValkeyServer>();

/** Ends all servers that this process has started. For `afterAll`. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

/**
 * Resolves when it accepts connections.
 * @throws Error with what it printed if it ends before
 */
export async function startServer(options: ServerOptions = {}): Promise<ValkeyServer> {
  const binary = options.binary ?? findServers()[0]?.binary;
  if (binary === undefined) throw new Error(serverMissing());
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), "wca-valkey-"));
  const command = [...(options.within ?? []), binary, ...serverArguments(options, host, port, directory)];
  const clients: Redis[] = [];
  let runs = await run(command);

  const server: ValkeyServer = {
    host,
    port,
    directory,
    get pid() {
      return runs.pid;
    },
    output: () => runs.output(),
    client(more = {}) {
      const client = new Redis({ host, port, retryStrategy: () => 50, disconnectTimeout: 10, ...more });
      // What a command needs is told by the command; a lost connection by itself is no error of a test.
      client.on("error", () => {});
      clients.push(client);
      return client;
    },
    kill: () => runs.kill(),
    freeze: () => void process.kill(runs.pid, "SIGSTOP"),
    thaw: () => void process.kill(runs.pid, "SIGCONT"),
    async restart() {
      await runs.kill();
      runs = await run(command);
    },
    async stop() {
      running.delete(server);
      for (const client of clients.splice(0)) client.disconnect();
      await runs.kill();
      // A child that it has forked to write a file may live a moment longer.
      rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
  running.add(server);
  return server;
}

function serverArguments(options: ServerOptions, host: string, port: number, directory: string): string[] {
  const ports = options.isTls ? ["--port", "0", "--tls-port", `${port}`] : ["--port", `${port}`];
  const address = [...ports, "--bind", host, "--protected-mode", "no", "--dir", directory];
  const file = join(directory, "server.conf");
  writeFileSync(file, [...(options.configuration ?? []), ""].join("\n"));
  const kind = options.isSentinel ? ["--sentinel"] : ["--save", "", "--appendonly", "no"];
  return [file, ...kind, ...address, ...(options.args ?? [])];
}

interface Run {
  readonly pid: number;
  output(): string;
  kill(): Promise<void>;
}

async function run(command: readonly string[]): Promise<Run> {
  const [file = "", ...args] = existsSync(WITH_PARENT[0] ?? "") ? [...WITH_PARENT, ...command] : command;
  const child: ChildProcess = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      end = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      end = `it ended with ${code ?? signal}`;
      resolve();
    });
  });
  const onOurExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onOurExit);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    process.removeListener("exit", onOurExit);
  };
  try {
    await waitFor(
      "a server that accepts connections",
      () => {
        if (end !== undefined) throw new Error(`${command.join(" ")}: ${end}\n${output.slice(-2000)}`);
        return READY.test(output);
      },
      START_MS,
    );
  } catch (error) {
    await kill();
    throw error;
  }
  return { pid: child.pid ?? 0, output: () => output, kill };
}
