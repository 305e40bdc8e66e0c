// One of several authenticators: the executable on a host of its own, attached to all routers.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { InvokePolicy } from "../../src/config/config.js";
import { COOKIE_NAME, PREFIX, PROCEDURE, REALMS, ticketOf, USER_ROLE } from "./crossbar-sessions-node.js";

export interface ManyInstance {
  /** Its log so far. */
  log(): string;
  /** The lines of its log at level warn and above, from a number of characters on. */
  complaints(fromCharacter?: number): string[];
  /** Attached to all routers, registered and watching. */
  isReady(): Promise<boolean>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and its end. Three that are killed within an hour count as crashes of the engine of LMDB. */
  stop(): Promise<void>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
}

/** Its configuration, all but the store. */
export function instanceConfig(
  invoke: InvokePolicy,
  urls: readonly string[],
  health: { readonly host: string; readonly port: number },
): object {
  return {
    cookie: { name: COOKIE_NAME },
    routers: urls.map((url, index) => ({
      name: `router-${index}`,
      url,
      allowPlaintext: true,
      realm: REALMS[0],
      auth: { method: "ticket", authid: "authenticator", secret: ticketOf("authenticator") },
      procedure: PROCEDURE,
      invoke,
      pingInterval: 1,
      pingTimeout: 1,
      reconnect: { min: 0.1, max: 0.5 },
    })),
    authenticator: { allowedRoles: [USER_ROLE], origin: { allowAbsent: true } },
    sessions: {
      mode: "exclusive",
      prefix: PREFIX,
      roles: { backend: ["login", "logout", "list"] },
      purgeInterval: 0,
    },
    health,
    log: { level: "info", repeatLimit: 1000 },
  };
}

/** The executable from its source. `within`: the beginning of its command line, which puts it on a host. */
export function startInstance(configFile: string, within: readonly string[], readyUrl: string): ManyInstance {
  // `--import` instead of the tsx command, which would put a process of its own in between; jest's own options not.
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const main = ["--import", "tsx", resolve("src/cli/main.ts"), "start", "--config", configFile];
  const [command = process.execPath, ...args] = [...within, process.execPath, ...main];
  const child = spawn(command, args, { env });
  let text = "";
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  const onOurExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onOurExit);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
    process.removeListener("exit", onOurExit);
  };
  return {
    log: () => text,
    complaints: (from = 0) =>
      text
        .slice(from)
        .split("\n")
        .filter((line) => /"level":"(?:warn|error|fatal)"/.test(line)),
    async isReady() {
      if (child.exitCode !== null) throw new Error(`an instance ended early\n${text.slice(-4000)}`);
      try {
        const signal = AbortSignal.timeout(1000);
        return (await fetch(readyUrl, { signal })).ok;
      } catch {
        return false; // not listening yet, frozen or cut off
      }
    },
    signal: (signal) => void child.kill(signal),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}
