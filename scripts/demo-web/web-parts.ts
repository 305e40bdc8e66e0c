// All that the web demo and the browser tests need, started: Crossbar, our component, the backend, the web application.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashPassword } from "../../examples/web-login/users.js";
import { type Crossbar, freePorts, startCrossbar } from "../../test/support/crossbar.js";
import { waitFor } from "../../test/support/wait-for.js";
import { startComponent } from "../demo/demo-component.js";
import { startExample } from "./example-process.js";
import { PREFIX, PROCEDURE, REALM, USER_ROLE, webNode } from "./web-node.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const executable = join(root, "bin", "wamp-cookie-authenticator.js");

export interface WebPartsOptions {
  /** Exists and is empty; all files are made there. */
  readonly directory: string;
  /** TLS on both doors, for `localhost`; absolute paths of PEM files. */
  readonly tls?: { readonly keyFile: string; readonly certFile: string };
  /**
   * A reverse proxy in front of both doors, which is the caller's: it ends TLS at this origin, sends `/ws` to the port
   * `upstream.wamp` and all else to `upstream.page`, both without TLS, and comes from a loopback address.
   */
  readonly proxy?: { readonly origin: string };
  /** Further keys of `authenticator` in the configuration. */
  readonly authenticator?: object;
  /** Who can log in; passwords are made. */
  readonly authids: readonly string[];
  /** Least level of the component's log; `info` by default. */
  readonly logLevel?: string;
}

export interface WebParts {
  /** The page's origin, such as `http://localhost:3000`. */
  readonly origin: string;
  readonly wampUrl: string;
  /** Ports of 127.0.0.1 where the page and the WebSocket are, also behind a proxy. */
  readonly upstream: { readonly page: number; readonly wamp: number };
  readonly realm: string;
  readonly prefix: string;
  readonly cookieName: string;
  /** Of the cookie database. */
  readonly cookies: string;
  readonly configFile: string;
  /** By authid. */
  readonly passwords: ReadonlyMap<string, string>;
  /** All that the web application has printed, and the component's log. */
  output(): string;
  log(): string;
  stop(): Promise<void>;
}

/** Starts them; resolves when the page can be opened. */
export async function startWebParts(options: WebPartsOptions): Promise<WebParts> {
  const { directory, tls, proxy } = options;
  const isSecure = tls !== undefined || proxy !== undefined;
  const cookies = join(directory, "cookies");
  const logFile = join(directory, "authenticator.log");
  const [clientPort = 0, componentPort = 0, healthPort = 0, pagePort = 0] = await freePorts(4);
  const [componentSecret, backendSecret] = [makeSecret(), makeSecret()];
  // One host name for both doors: browsers send a cookie to every port of its host.
  const origin = proxy?.origin ?? `${isSecure ? "https" : "http"}://localhost:${pagePort}`;
  const wampUrl =
    proxy === undefined
      ? `${isSecure ? "wss" : "ws"}://localhost:${clientPort}/ws`
      : `${proxy.origin.replace(/^http/, "ws")}/ws`;
  // The prefix binds the cookie to this host and to TLS, so that it isn't there without.
  const cookieName = isSecure ? "__Host-session" : "session";
  const passwords = new Map(options.authids.map((authid) => [authid, makeSecret()]));

  const configFile = writeJson(directory, "authenticator.json", {
    $schema: join(root, "schema", "config.schema.json"),
    store: { path: "cookies" },
    cookie: { name: cookieName, secure: isSecure },
    routers: [
      {
        url: `ws://127.0.0.1:${componentPort}/`,
        realm: REALM,
        auth: { method: "wampcra", authid: "authenticator", secret: { env: "COMPONENT_SECRET" } },
        procedure: PROCEDURE,
      },
    ],
    authenticator: {
      allowedRoles: [USER_ROLE],
      // The page's port differs from the WebSocket's. One list for both doors. Behind a proxy they have one host.
      ...(proxy === undefined ? { origin: { allow: [origin] } } : { trustedProxies: ["127.0.0.1", "::1"] }),
      ...(isSecure ? { requireSecure: true } : {}),
      ...options.authenticator,
    },
    // Only our own processes write to this database.
    sessions: {
      mode: "exclusive",
      prefix: PREFIX,
      roles: { [USER_ROLE]: ["my_sessions", "logout_mine"] },
      touchInterval: 5,
    },
    health: { port: healthPort },
    log: { level: options.logLevel ?? "info" },
  });
  const usersFile = writeJson(directory, "users.json", await makeUsers(passwords));
  const secretFile = join(directory, "backend.secret");
  writeFileSync(secretFile, backendSecret, { mode: 0o600 });
  execFileSync(process.execPath, [executable, "db", "init", cookies]);

  const node = webNode({ clientPort, componentPort, componentSecret, backendSecret, tls });
  const crossbar: Crossbar = await startCrossbar({ nodeConfig: node, directory });
  const stops: (() => Promise<unknown>)[] = [() => crossbar.stop()];
  // Backwards: who uses another ends first.
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const component = await startComponent({
      executable,
      configFile,
      logFile,
      healthPort,
      environment: { COMPONENT_SECRET: componentSecret },
    });
    stops.push(() => component.stop());
    const greeter = startExample("greeter.ts", [
      `ws://127.0.0.1:${componentPort}/`,
      REALM,
      "backend",
      secretFile,
    ]);
    stops.push(greeter.stop);
    const server = startExample(
      "server.ts",
      [
        ...["--config", configFile, "--users", usersFile, "--wamp-url", wampUrl, "--realm", REALM],
        ...["--prefix", PREFIX, "--port", String(pagePort)],
        ...(tls === undefined ? [] : ["--tls-cert", tls.certFile, "--tls-key", tls.keyFile]),
      ],
      { COMPONENT_SECRET: componentSecret },
    );
    stops.push(server.stop);
    await waitFor("the backend's procedure", () => greeter.says("registered"));
    await waitFor("the web application", () => server.says("listening"));
    return {
      origin,
      wampUrl,
      upstream: { page: pagePort, wamp: clientPort },
      realm: REALM,
      prefix: PREFIX,
      cookieName,
      cookies,
      configFile,
      passwords,
      output: server.output,
      log: () => readFileSync(logFile, "utf8"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function makeUsers(passwords: ReadonlyMap<string, string>): Promise<object[]> {
  return Promise.all(
    [...passwords].map(async ([authid, password]) => ({
      authid,
      authrole: USER_ROLE,
      password: await hashPassword(password),
    })),
  );
}

function makeSecret(): string {
  return randomBytes(12).toString("base64url");
}

function writeJson(directory: string, name: string, content: object): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(content, undefined, 2), { mode: 0o600 });
  return file;
}
