// Crossbar, two instances of the component, and clients: what the tests of the session procedures have in common.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import type { WampError } from "../../src/wamp/autobahn-types.js";
import { type Crossbar, freePorts, startCrossbar } from "./crossbar.js";
import { type SessionsInstance, startExecutable, startInProcess } from "./crossbar-sessions-component.js";
import {
  COOKIE_NAME,
  type ComponentRole,
  GUARDED_ROLE,
  OTHER_USER_ROLE,
  PREFIX,
  PROCEDURE,
  REALMS,
  type SessionsNodePorts,
  sessionsNode,
  ticketOf,
  USER_ROLE,
} from "./crossbar-sessions-node.js";
import { waitFor } from "./wait-for.js";
import { type JoinOutcome, joinAs } from "./wamp-client.js";

export type Welcome = Extract<JoinOutcome, { kind: "welcome" }>;
/** The result of a procedure. */
// biome-ignore lint/suspicious/noExplicitAny: results are what tests look into; what they find is what they check.
export type Result = any;
/** How a client shows its cookie value. */
export type Door = "header" | "ticket";

export interface SessionsSceneOptions {
  readonly mode: "shared" | "exclusive";
  /** Crossbar's own login beside us, on the same database. */
  readonly hasCrossbarLogin?: boolean;
  /** Keys of `sessions` and `store` that differ. */
  readonly sessions?: object;
  readonly store?: object;
}

export interface SessionsScene {
  readonly ports: SessionsNodePorts;
  /** The database's directory. */
  readonly cookies: string;
  readonly instances: readonly SessionsInstance[];
  /** A client of a role on the transport for components; it is closed with the scene. */
  joinComponent(role: ComponentRole, realm?: string): Promise<Welcome>;
  /** A client that joins through the authenticator. */
  tryJoin(value: string, realm?: string, door?: Door): Promise<JoinOutcome>;
  /** The same, which must be welcome. */
  joinUser(value: string, realm?: string, door?: Door): Promise<Welcome>;
  /** Keeps the values that it sees, for `secrets`. */
  call(client: Welcome, name: string, kwargs?: object, args?: readonly unknown[]): Promise<Result>;
  /** The error of a call that must have one. */
  errorOf(client: Welcome, name: string, kwargs?: object, args?: readonly unknown[]): Promise<WampError>;
  /** Every cookie value that a procedure has given, and those added. */
  readonly secrets: Set<string>;
  /** All that both instances have logged. */
  log(): string;
  ready(): Promise<unknown>;
  /** SIGKILL for the router, and another one in its place. */
  restartRouter(): Promise<void>;
  /** Ends the clients. */
  leaveAll(): Promise<void>;
  stop(): Promise<void>;
}

/** Which procedures the roles are given. */
const ROLES = {
  backend: [
    "login",
    "get_user",
    "update",
    "rotate",
    "logout",
    "list",
    "logout_user",
    "delete_all",
    "purge",
    "stats",
  ],
  admin: ["list", "logout_user", "delete_all", "stats"],
  [USER_ROLE]: ["my_sessions", "logout_mine"],
  [GUARDED_ROLE]: ["my_sessions", "logout_mine"],
};

/** A component's configuration file, as an administrator would write it. */
function componentConfig(options: SessionsSceneOptions, componentPort: number, healthPort: number): object {
  return {
    store: { path: "cookies", ...options.store },
    cookie: { name: COOKIE_NAME },
    routers: [
      {
        name: "node",
        url: `ws://127.0.0.1:${componentPort}`,
        realm: REALMS[0],
        auth: { method: "ticket", authid: "authenticator", secret: ticketOf("authenticator") },
        procedure: PROCEDURE,
        invoke: "roundrobin",
        sessionRealms: REALMS,
        reconnect: { min: 0.1, max: 0.5 },
      },
    ],
    authenticator: {
      allowedRoles: [USER_ROLE, OTHER_USER_ROLE, GUARDED_ROLE],
      origin: { allowAbsent: true },
    },
    sessions: {
      mode: options.mode,
      prefix: PREFIX,
      roles: ROLES,
      everyRealm: [REALMS[0]],
      perUser: { limit: 8, beyond: "refuse" },
      purgeInterval: 0,
      ...options.sessions,
    },
    health: { host: "127.0.0.1", port: healthPort },
    log: { level: "trace", repeatLimit: 1000 },
  };
}

/** Starts all of it; resolves when both instances are registered and watching in both realms. */
export async function startSessionsScene(options: SessionsSceneOptions): Promise<SessionsScene> {
  const directory = mkdtempSync(join(tmpdir(), "wca-sessions-"));
  const cookies = join(directory, "cookies");
  await initCookieStore(cookies);
  const [component = 0, client = 0, health = 0, otherHealth = 0, login = 0] = await freePorts(5);
  const ports = { component, client, login: options.hasCrossbarLogin === true ? login : undefined };
  const nodeConfig = sessionsNode(ports, cookies);
  let crossbar: Crossbar = await startCrossbar({ nodeConfig, directory });
  const writeConfig = (name: string, port: number): string => {
    const file = join(directory, name);
    writeFileSync(file, JSON.stringify(componentConfig(options, component, port)), { mode: 0o600 });
    return file;
  };
  const instances = [
    await startInProcess(writeConfig("one.json", health)),
    startExecutable(writeConfig("two.json", otherHealth), otherHealth),
  ];
  const secrets = new Set<string>();
  let joined: Welcome[] = [];

  const ready = (): Promise<unknown> =>
    waitFor("both instances", async () =>
      (await Promise.all(instances.map((instance) => instance.isReady()))).every(Boolean),
    );
  const keep = (outcome: JoinOutcome): Welcome => {
    if (outcome.kind !== "welcome") throw new Error(`not welcome: ${outcome.reason} ${outcome.message}`);
    joined.push(outcome);
    return outcome;
  };
  const tryJoin: SessionsScene["tryJoin"] = (value, realm = REALMS[0], door = "ticket") =>
    joinAs({
      url: `ws://127.0.0.1:${client}`,
      realm,
      ...(door === "ticket" ? { ticket: value } : { headers: { Cookie: `${COOKIE_NAME}=${value}` } }),
    });
  const call: SessionsScene["call"] = async (caller, name, kwargs = {}, args = []) => {
    const result: Result = await caller.session.call(PREFIX + name, args, { ...kwargs });
    if (typeof result?.value === "string") secrets.add(result.value);
    return result;
  };
  const leaveAll = async (): Promise<void> => {
    await Promise.all(joined.map((one) => one.close()));
    joined = [];
  };

  await ready();
  return {
    ports,
    cookies,
    instances,
    secrets,
    joinComponent: async (role, realm = REALMS[0]) =>
      keep(await joinAs({ url: `ws://127.0.0.1:${component}`, realm, authid: role, ticket: ticketOf(role) })),
    tryJoin,
    joinUser: async (...parameters) => keep(await tryJoin(...parameters)),
    call,
    errorOf: (...parameters) =>
      call(...parameters).then(
        (result) => Promise.reject(new Error(`no error but ${JSON.stringify(result)}`)),
        (error: WampError) => error,
      ),
    log: () => instances.map((instance) => instance.log()).join("\n"),
    ready,
    async restartRouter() {
      await crossbar.kill("SIGKILL");
      await waitFor("the loss of the router", async () =>
        (await Promise.all(instances.map((instance) => instance.isReady()))).every((isReady) => !isReady),
      );
      crossbar = await startCrossbar({ nodeConfig, directory });
      await ready();
    },
    leaveAll,
    async stop() {
      await leaveAll();
      await Promise.all(instances.map((instance) => instance.stop()));
      await crossbar.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
