// The demo: a real Crossbar, our component, a user who logs in once, and what each kind of cookie then opens.

import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { type Crossbar, freePorts, startCrossbar } from "../../test/support/crossbar.js";
import { type FrameJoin, joinFrames } from "../../test/support/crossbar-cookie-client.js";
import { type DemoComponent, startComponent } from "./demo-component.js";
import { demoNode, OTHER_REALM, PREFIX, PROCEDURE, REALM } from "./demo-node.js";
import { showSessions } from "./sessions.js";
import { showFact, showLine, showResult, showStep } from "./show.js";
import { untilSignal } from "./until-signal.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const directory = join(root, ".demo");
const cookies = join(directory, "cookies");
const executable = join(root, "bin", "wamp-cookie-authenticator.js");
const userSecret = randomBytes(12).toString("base64url");
const backendSecret = randomBytes(18).toString("base64url");
const componentSecret = randomBytes(18).toString("base64url");

interface Parts {
  readonly url: string;
  readonly backendUrl: string;
  readonly crossbar: Crossbar;
  readonly component: DemoComponent;
}

/** Runs it all. @returns the exit status: 0 if everything was as it should be */
export async function runDemo({ once }: { readonly once: boolean }): Promise<number> {
  let parts: Parts | undefined;
  try {
    parts = await startParts();
    const value = await logInWithCrossbar(parts);
    const failures =
      (await presentTheCookie(parts, value)) +
      (await presentWrongCookies(parts)) +
      (await showSessions({ ...parts, realm: REALM, prefix: PREFIX, backendSecret }));
    if (failures > 0) {
      showLine(`\n${failures} of the steps came out wrong: see above and .demo/authenticator.log`);
      return 1;
    }
    showLine("\nAll as it should be.");
    if (!once) await stayUp(parts, value);
    return 0;
  } catch (error) {
    showLine(`\nerror: the demo can't go on: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await parts?.component.stop();
    await parts?.crossbar.stop();
  }
}

async function startParts(): Promise<Parts> {
  showStep(1, "A cookie database, Crossbar on it, and the authenticator beside it");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  runCommand("db", "init", cookies);
  showFact("database", `${relative(root, cookies)}, in Crossbar's layout and LMDB 0.9 format`);

  const [clientPort = 0, componentPort = 0, healthPort = 0] = await freePorts(3);
  const nodeConfig = demoNode({
    clientPort,
    componentPort,
    cookies: "../cookies",
    userSecret,
    componentSecret,
    backendSecret,
  });
  showFact("Crossbar", "starting (some 10 s)");
  const crossbar = await startCrossbar({ nodeConfig, directory });
  showFact("", `ready; node configuration in ${relative(root, directory)}/.crossbar/config.json`);

  const configFile = join(directory, "authenticator.json");
  writeFileSync(configFile, JSON.stringify(authenticatorConfig(componentPort, healthPort), undefined, 2));
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
    return { url: `ws://127.0.0.1:${clientPort}`, backendUrl, crossbar, component };
  } catch (error) {
    await crossbar.stop();
    throw error;
  }
}

function authenticatorConfig(componentPort: number, healthPort: number): object {
  return {
    $schema: "../schema/config.schema.json",
    store: { path: "cookies" },
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

async function logInWithCrossbar({ url }: Parts): Promise<string> {
  showStep(2, "joe logs in with his password (WAMP-CRA); Crossbar stores it with his cookie");
  const join = await joinFrames({ url: `${url}/login`, realm: REALM, authid: "joe", wampcra: userSecret });
  await join.leave();
  if (join.kind !== "welcome" || join.setCookie === undefined) {
    throw new Error(`joe can't log in: ${JSON.stringify(join.frame)}`);
  }
  showFact("Set-Cookie", `cbtid=… (${join.setCookie.length} characters; the value is the secret)`);
  return join.setCookie;
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

async function presentWrongCookies({ url, component }: Parts): Promise<number> {
  showStep(4, "Others don't; each client sees the same, the log knows why");
  const wrong = [
    { name: "unknown", value: makeCookieValue(), reason: "cookie-unknown" },
    { name: "expired", value: await addExpiredCookie(), reason: "cookie-expired" },
    { name: "not logged in", value: await visitWithoutLogin(url), reason: "cookie-unauthenticated" },
    { name: "of another realm", value: addCookieOfOtherRealm(), reason: "realm-mismatch" },
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

/** A cookie of eight days ago, written through the library while Crossbar has the database open. */
async function addExpiredCookie(): Promise<string> {
  const value = makeCookieValue();
  const store = await openCookieStore({ path: cookies, maxSizeBytes: 2 ** 30 });
  const eightDaysAgo = BigInt(Date.now() - 8 * 86_400_000) * 1_000_000n;
  await store.writer.write((transaction) =>
    transaction.put({
      oid: randomUUID(),
      createdNs: eightDaysAgo,
      maxAgeSeconds: 604_800,
      name: "cbtid",
      value,
      authid: "joe",
      authrole: "user",
      authrealm: REALM,
    }),
  );
  await store.close();
  return value;
}

/** Crossbar makes a tracking cookie for whoever comes; this visitor doesn't know the password. */
async function visitWithoutLogin(url: string): Promise<string> {
  const join = await joinFrames({
    url: `${url}/login`,
    realm: REALM,
    authid: "joe",
    wampcra: "not his password",
  });
  await join.leave();
  return join.setCookie ?? "";
}

function addCookieOfOtherRealm(): string {
  const user = ["--authid", "joe", "--authrole", "user", "--authrealm", OTHER_REALM];
  const added = JSON.parse(runCommand("cookies", "add", "--db", cookies, ...user, "--json")) as {
    value: string;
  };
  return added.value;
}

function runCommand(...parameters: string[]): string {
  return execFileSync(process.execPath, [executable, ...parameters], { encoding: "utf8" });
}

async function stayUp({ url }: Parts, value: string): Promise<void> {
  const file = join(directory, "joe.cookie");
  writeFileSync(file, value, { mode: 0o600 });
  const command = "node bin/wamp-cookie-authenticator.js";
  showLine(`
Crossbar and the authenticator stay up until Ctrl-C. In another terminal:

  ${command} cookies list --db .demo/cookies
  ${command} cookies get --db .demo/cookies --value-file .demo/joe.cookie
  ${command} cookies remove --db .demo/cookies --value-file .demo/joe.cookie
  tail -f .demo/authenticator.log

Any WAMP client joins ${url}/ws, realm ${REALM},
with the content of .demo/joe.cookie as a ticket.`);
  await untilSignal();
  showLine("\nstopping Crossbar and the authenticator");
  if (existsSync(file)) rmSync(file);
}
