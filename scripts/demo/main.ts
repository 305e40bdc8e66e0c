// The demo: a real Crossbar, our component, a user who logs in once, and what each kind of cookie then opens.

import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { type Crossbar, freePorts, startCrossbar } from "../../test/support/crossbar.js";
import { type FrameJoin, joinFrames } from "../../test/support/crossbar-cookie-client.js";
import { type DemoComponent, startComponent } from "./demo-component.js";
import { demoNode, OTHER_REALM, PREFIX, PROCEDURE, REALM } from "./demo-node.js";
import type { DemoSite, DemoStore } from "./demo-store.js";
import { lmdbDemoStore } from "./lmdb-demo-store.js";
import { showOutage } from "./outage.js";
import { showSessions } from "./sessions.js";
import { showFact, showLine, showResult, showStep } from "./show.js";
import { untilSignal } from "./until-signal.js";
import { valkeyDemoStore } from "./valkey-demo-store.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const directory = join(root, ".demo");
const configFile = join(directory, "authenticator.json");
const executable = join(root, "bin", "wamp-cookie-authenticator.js");
const userSecret = randomBytes(12).toString("base64url");
const backendSecret = randomBytes(18).toString("base64url");
const componentSecret = randomBytes(18).toString("base64url");

/** Where the cookies are kept. */
export type DemoStoreName = "lmdb" | "valkey";

interface Parts extends DemoSite {
  readonly store: DemoStore;
  readonly crossbar: Crossbar;
  readonly component: DemoComponent;
}

/** Runs it all. @returns the exit status: 0 if everything was as it should be */
export async function runDemo(options: {
  readonly once: boolean;
  readonly store: DemoStoreName;
}): Promise<number> {
  let store: DemoStore | undefined;
  let parts: Parts | undefined;
  try {
    store = await startStore(options.store);
    parts = await startParts(store);
    const value = await logIn(parts);
    const failures =
      (await presentTheCookie(parts, value)) +
      (await presentWrongCookies(parts)) +
      (await showSessions(parts)) +
      (await showOutage(parts, value));
    if (failures > 0) {
      showLine(`\n${failures} of the steps came out wrong: see above and .demo/authenticator.log`);
      return 1;
    }
    showLine("\nAll as it should be.");
    if (!options.once) await stayUp(parts, value);
    return 0;
  } catch (error) {
    showLine(`\nerror: the demo can't go on: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await parts?.component.stop();
    await parts?.crossbar.stop();
    await store?.stop();
  }
}

async function startStore(name: DemoStoreName): Promise<DemoStore> {
  showStep(1, "A store for cookies, Crossbar, and the authenticator beside it");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  if (name === "valkey") return valkeyDemoStore(relative(root, configFile));
  const path = join(directory, "cookies");
  runCommand("db", "init", path);
  return lmdbDemoStore({ root, path, nodeDirectory: join(directory, ".crossbar") });
}

async function startParts(store: DemoStore): Promise<Parts> {
  for (const [fact, value] of store.about) showFact(fact, value);
  const [clientPort = 0, componentPort = 0, healthPort = 0] = await freePorts(3);
  const nodeConfig = demoNode({
    clientPort,
    componentPort,
    cookies: store.crossbarPath,
    userSecret,
    componentSecret,
    backendSecret,
  });
  showFact("Crossbar", "starting (some 10 s)");
  const crossbar = await startCrossbar({ nodeConfig, directory });
  showFact("", `ready; node configuration in ${relative(root, directory)}/.crossbar/config.json`);

  const config = authenticatorConfig(store.section, componentPort, healthPort);
  writeFileSync(configFile, JSON.stringify(config, undefined, 2));
  try {
    const component = await startComponent({
      executable,
      configFile,
      logFile: join(directory, "authenticator.log"),
      healthPort,
      environment: { COMPONENT_SECRET: componentSecret },
    });
    showFact("authenticator", `joined ${REALM}, registered as ${PROCEDURE}`);
    showFact("", `configuration in ${relative(root, configFile)}`);
    const backendUrl = `ws://127.0.0.1:${componentPort}`;
    return {
      url: `ws://127.0.0.1:${clientPort}`,
      backendUrl,
      realm: REALM,
      prefix: PREFIX,
      userSecret,
      backendSecret,
      store,
      crossbar,
      component,
    };
  } catch (error) {
    await crossbar.stop();
    throw error;
  }
}

function authenticatorConfig(store: object, componentPort: number, healthPort: number): object {
  return {
    $schema: "../schema/config.schema.json",
    store,
    routers: [
      {
        url: `ws://127.0.0.1:${componentPort}/`,
        realm: REALM,
        auth: { method: "wampcra", authid: "authenticator", secret: { env: "COMPONENT_SECRET" } },
        procedure: PROCEDURE,
      },
    ],
    sessions: { prefix: PREFIX, roles: { backend: ["login", "list", "logout_user"] } },
    health: { port: healthPort },
    log: { level: "debug" },
    crossbarNode: ".crossbar/config.json",
  };
}

async function logIn(parts: Parts): Promise<string> {
  showStep(2, parts.store.loginTitle);
  const value = await parts.store.logIn(parts);
  showFact("Set-Cookie", `cbtid=… (${value.length} characters; the value is the secret)`);
  return value;
}

async function presentTheCookie({ url, component }: Parts, value: string): Promise<number> {
  showStep(3, "The cookie alone opens the other transport");
  const ways = [
    { name: "as a ticket", method: "ticket", options: { ticket: value } },
    { name: "as the Cookie header", method: "anonymous", options: { headers: { Cookie: `cbtid=${value}` } } },
  ];
  let failures = 0;
  for (const { name, method, options } of ways) {
    const join = await joinFrames({ url: `${url}/ws`, realm: REALM, ...options });
    const { realm, authid, authrole, authmethod, authextra } = join.details;
    const isGood =
      join.kind === "welcome" && authid === "joe" && authrole === "user" && authmethod === method;
    showResult(isGood, `${name}: ${join.kind.toUpperCase()}`);
    if (join.kind === "welcome")
      showFact("", JSON.stringify({ realm, authid, authrole, authmethod, authextra }));
    else showFact("", JSON.stringify(join.frame));
    if (!isGood) failures += 1;
    else await component.findLogLine("the accepted call", ({ event }) => event === "accepted");
    await join.leave();
  }
  return failures;
}

async function presentWrongCookies(parts: Parts): Promise<number> {
  const { url, component, store } = parts;
  showStep(4, "Others don't; each client sees the same, the log knows why");
  const wrong = [
    { name: "unknown", value: makeCookieValue(), reason: "cookie-unknown" },
    { name: "expired", value: await addExpiredCookie(store), reason: "cookie-expired" },
    { name: "not logged in", value: await store.visit(parts), reason: "cookie-unauthenticated" },
    { name: "of another realm", value: addCookieOfOtherRealm(store), reason: "realm-mismatch" },
  ];
  let failures = 0;
  for (const { name, value, reason } of wrong) {
    const join: FrameJoin = await joinFrames({ url: `${url}/ws`, realm: REALM, ticket: value });
    await join.leave();
    const line = await component.findLogLine(
      `the denial of a cookie that is ${name}`,
      ({ event }) => event === "denied",
    );
    const isGood = join.kind === "abort" && line.reason === reason;
    showResult(isGood, `${name}: ${join.kind.toUpperCase()}`);
    showFact("client", JSON.stringify(join.frame));
    const { level, reason: logged, oid, cookie, msg } = line;
    showFact("log", JSON.stringify({ level, reason: logged, oid, cookie, msg }));
    if (!isGood) failures += 1;
  }
  return failures;
}

/** A cookie of eight days ago, written through the library while the others have the store open. */
async function addExpiredCookie(store: DemoStore): Promise<string> {
  const value = makeCookieValue();
  await store.put({
    oid: randomUUID(),
    createdNs: BigInt(Date.now() - 8 * 86_400_000) * 1_000_000n,
    maxAgeSeconds: 604_800,
    name: "cbtid",
    value,
    authid: "joe",
    authrole: "user",
    authrealm: REALM,
  });
  return value;
}

function addCookieOfOtherRealm({ commandOptions }: DemoStore): string {
  const user = ["--authid", "joe", "--authrole", "user", "--authrealm", OTHER_REALM];
  const added = JSON.parse(runCommand("cookies", "add", ...commandOptions, ...user, "--json")) as {
    value: string;
  };
  return added.value;
}

function runCommand(...parameters: string[]): string {
  return execFileSync(process.execPath, [executable, ...parameters], { cwd: root, encoding: "utf8" });
}

async function stayUp({ url, store }: Parts, value: string): Promise<void> {
  const file = join(directory, "joe.cookie");
  writeFileSync(file, value, { mode: 0o600 });
  const command = (name: string): string =>
    ["node bin/wamp-cookie-authenticator.js cookies", name, ...store.commandOptions].join(" ");
  showLine(`
Crossbar and the authenticator stay up until Ctrl-C. In another terminal:

  ${command("list")}
  ${command("get")} --value-file .demo/joe.cookie
  ${command("remove")} --value-file .demo/joe.cookie
  tail -f .demo/authenticator.log

Any WAMP client joins ${url}/ws, realm ${REALM},
with the content of .demo/joe.cookie as a ticket.`);
  await untilSignal();
  showLine("\nstopping Crossbar and the authenticator");
  if (existsSync(file)) rmSync(file);
}
