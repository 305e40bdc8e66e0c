// SIGHUP and `reload` on the executable, with scripted routers and a real database.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { createRealContext } from "../../src/cli/real-context.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { cookieFields, ticketArgs, VALUE } from "../support/authenticator-cases.js";
import { runStart, type StartProcess } from "../support/start-process.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeRouter, startFakeRouter, type WampMessage } from "../wamp/fake-router.js";
import { createFakeCli } from "./fake-context.js";

const [GOODBYE, ERROR, REGISTER, UNREGISTER, INVOCATION, YIELD] = [6, 8, 64, 66, 68, 70];

let routers: FakeRouter[] = [];
let running: StartProcess | undefined;

afterEach(async () => {
  await running?.kill();
  await Promise.all(routers.map((router) => router.close()));
  routers = [];
  running = undefined;
});
afterAll(removeTempDirectories);

async function addRouter(): Promise<FakeRouter> {
  const router = await startFakeRouter();
  routers.push(router);
  return router;
}

const of = (router: FakeRouter, type: number | undefined): readonly WampMessage[] =>
  router.received().filter((message) => message[0] === type);

const sectionOf = (router: FakeRouter, changes: object = {}) => ({
  url: router.url,
  realm: "realm1",
  auth: { method: "anonymous" },
  serializers: ["json"],
  procedure: "com.example.authenticate",
  ...changes,
});

/** No limit of failures: these tests fail often. */
const UNLIMITED = { peer: { burst: 0, perSecond: 1 }, total: { burst: 0, perSecond: 1 } };

/** A component on a database with one good cookie, attached to one router. */
async function start(authenticator: object = {}) {
  const directory = makeTempDirectory();
  const path = join(directory, "cookies");
  await initCookieStore(path);
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
  const createdNs = BigInt(Date.now()) * 1_000_000n;
  await store.writer.write((transaction) => transaction.put(cookieFields({ createdNs })));
  await store.close();
  const router = await addRouter();
  const file = join(directory, "config.json");
  const write = (changes: object, text?: string): void => {
    const content = { store: { path }, routers: [sectionOf(router)], ...changes };
    writeFileSync(file, text ?? JSON.stringify(content), { mode: 0o600 });
  };
  write({ authenticator: { failureLimit: UNLIMITED, ...authenticator } });
  const pidFile = join(directory, "pid");
  const component = runStart("--config", file, "--pid-file", pidFile);
  running = component;
  await waitFor("the registration", () => component.saying("registered the authenticator").length === 1);
  return { component, router, file, pidFile, write };
}

/** Calls of a router, and what became of each. */
function caller(router: FakeRouter, component: StartProcess) {
  const registration = component.saying("registered the authenticator").at(-1)?.registration;
  let calls = 0;
  const call = (count: number): void => {
    for (let i = 0; i < count; i++) {
      calls++;
      const details = { caller: 1, caller_authrole: "trusted" };
      router.last().send([INVOCATION, calls, registration, details, ticketArgs(VALUE)]);
    }
  };
  const answers = () =>
    router
      .received()
      .flatMap((message): [number, string][] =>
        message[0] === YIELD
          ? [[Number(message[1]), "accepted"]]
          : message[0] === ERROR
            ? [[Number(message[2]), String(message[4])]]
            : [],
      );
  return { call, answers, calls: () => calls };
}

describe("SIGHUP", () => {
  test("a role is allowed after it; of all calls around it none is lost, none answered twice", async () => {
    const { component, router, write } = await start({ allowedRoles: ["admin"] });
    const { call, answers, calls } = caller(router, component);
    call(100);
    write({ authenticator: { failureLimit: UNLIMITED, allowedRoles: ["admin", "user"] } });
    component.signal("SIGHUP");
    await waitFor("an accepted call", () => {
      call(100);
      return answers().some(([, answer]) => answer === "accepted");
    });
    call(100);
    await waitFor("all answers", () => answers().length >= calls());
    const inOrder = answers().sort(([a], [b]) => a - b);
    expect(inOrder.map(([id]) => id)).toEqual(Array.from({ length: calls() }, (_, i) => i + 1));
    const firstAccepted = inOrder.findIndex(([, answer]) => answer === "accepted");
    expect(firstAccepted).toBeGreaterThanOrEqual(100);
    // One moment for all: before it none is accepted, after it none refused.
    expect(inOrder.slice(firstAccepted).every(([, answer]) => answer === "accepted")).toBe(true);
    expect(inOrder[0]).toEqual([1, "wamp.error.authentication_failed"]);
    expect(router.links()).toBe(1);
    expect(component.saying("configuration changed")).toMatchObject([
      { changed: ["authenticator.allowedRoles"] },
    ]);
    expect(component.text()).not.toContain(VALUE);
  });

  test("a broken file changes nothing; the process goes on, and takes the mended one", async () => {
    const { component, router, file, write } = await start({ allowedRoles: ["admin"] });
    const { call, answers } = caller(router, component);
    write({}, '{"store": {"path": "cookies"}, ');
    component.signal("SIGHUP");
    const isSaid = ({ event, code }: Record<string, unknown>): boolean =>
      event === "reload" && code === "ERR_CONFIG_SYNTAX";
    await waitFor("the fault", () => component.lines().some(isSaid));
    const checked = await createFakeCli().run(["check-config", file, "--json"]);
    const { message, hint } = JSON.parse(checked.stderr).error;
    expect(component.lines().find(isSaid)).toMatchObject({
      level: "error",
      msg: `the configuration stays as it was: ${message}`,
      hint,
    });
    call(1);
    await waitFor("an answer", () => answers().length === 1);
    expect(answers()).toEqual([[1, "wamp.error.authentication_failed"]]);
    write({});
    component.signal("SIGHUP");
    await waitFor("the change", () => component.saying("configuration changed").length === 1);
    call(1);
    await waitFor("an answer", () => answers().length === 2);
    expect(answers()[1]).toEqual([2, "accepted"]);
  });

  test("routers come, change and go; those that stay aren't touched", async () => {
    const { component, router: staying, write } = await start();
    const [changing, coming] = [await addRouter(), await addRouter()];
    const base = { authenticator: { failureLimit: UNLIMITED } };
    const named = (router: FakeRouter, name: string, changes: object = {}) =>
      sectionOf(router, { name, ...changes });
    // The first one has got no name in the file: it has its host's.
    write({ ...base, routers: [sectionOf(staying), named(changing, "changing")] });
    component.signal("SIGHUP");
    await waitFor("the new router", () => of(changing, REGISTER).length === 1);

    const invoke = "roundrobin";
    write({
      ...base,
      routers: [sectionOf(staying), named(changing, "changing", { invoke }), named(coming, "coming")],
    });
    component.signal("SIGHUP");
    await waitFor("the changed one", () => of(changing, REGISTER).length === 2);
    await waitFor("one more", () => of(coming, REGISTER).length === 1);
    expect(of(changing, UNREGISTER)).toHaveLength(1);
    expect(of(changing, REGISTER).map(([, , options]) => options)).toMatchObject([
      { invoke: "single" },
      { invoke },
    ]);

    write({ ...base, routers: [sectionOf(staying)] });
    component.signal("SIGHUP");
    await waitFor(
      "both goodbyes",
      () => of(coming, GOODBYE).length === 1 && of(changing, GOODBYE).length === 2,
    );
    expect(of(coming, UNREGISTER)).toHaveLength(1);
    expect({ links: staying.links(), sent: of(staying, UNREGISTER) }).toEqual({ links: 1, sent: [] });

    component.signal("SIGTERM");
    expect(await component.ended).toBe(0);
    expect(of(staying, GOODBYE)).toHaveLength(1);
  });

  test("what needs a restart is said, one line each; the log's level changes at once", async () => {
    const { component, router, write } = await start();
    const { call } = caller(router, component);
    const authenticator = { failureLimit: UNLIMITED };
    write({ authenticator, store: { path: "elsewhere" }, health: { port: 1 }, log: { level: "debug" } });
    component.signal("SIGHUP");
    await waitFor("the change", () => component.saying("configuration changed").length === 1);
    expect(
      component
        .lines()
        .filter(({ event, level }) => event === "reload" && level === "warn")
        .map(({ msg }) => msg),
    ).toEqual([
      "store.path has changed, and takes effect at the next start",
      "health has changed, and takes effect at the next start",
    ]);
    call(1);
    // Acceptances are at debug.
    await waitFor("the line", () => component.lines().some(({ event }) => event === "accepted"));
  });
});

describe("reload", () => {
  const { signalReload } = createRealContext();

  test("asks the process of the pid file, which is gone after its end", async () => {
    const { component, pidFile, file } = await start();
    const cli = createFakeCli({ signalReload });
    const said = `asked process ${component.pid} to read its configuration again; its log says what came of it\n`;
    expect(await cli.run(["reload", "--pid-file", pidFile, "--config", file])).toEqual({
      status: 0,
      stdout: said,
      stderr: "",
    });
    await waitFor("it", () => component.saying("configuration read again: nothing to change").length === 1);
    component.signal("SIGTERM");
    expect(await component.ended).toBe(0);
    expect(existsSync(pidFile)).toBe(false);
    expect(await cli.run(["reload", "--pid-file", pidFile])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("code: ERR_PID_FILE"),
    });
  });

  test("a wrong file ends with 2, and nobody is asked", async () => {
    const cli = createFakeCli();
    const file = join(makeTempDirectory(), "config.json");
    writeFileSync(file, "{");
    const { status, stderr } = await cli.run(["reload", "--pid-file", "/run/pid", "--config", file]);
    expect(status).toBe(2);
    expect(stderr).toContain("code: ERR_CONFIG_SYNTAX");
    expect(cli.reloaded).toEqual([]);
  });

  test("a second `start` with the pid file of one that runs ends, and leaves the first alone", async () => {
    const { component, pidFile, file } = await start();
    const second = runStart("--config", file, "--pid-file", pidFile);
    expect(await second.ended).toBe(1);
    expect(second.text()).toContain(`is that of process ${component.pid}, which is running`);
    expect(existsSync(pidFile)).toBe(true);
  });
});
