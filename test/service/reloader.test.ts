// Reading the configuration again: a file that is wrong changes nothing, and each reload is whole.

import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import { createReloader } from "../../src/service/reloader.js";
import { content, type Json, router, writeConfig } from "../config/temporary-config.js";
import { collectLog } from "../support/crossbar-log.js";

/** A reloader on a file that a test may change. */
async function scene(initial: Json = {}, hold: () => Promise<void> = async () => {}) {
  const file = writeConfig(content(initial));
  const applied: Config[] = [];
  const log = collectLog();
  const { config } = await loadConfig(file, { env: {} });
  const { reload } = createReloader({
    config,
    load: () => loadConfig(file, { env: {} }),
    async apply(next) {
      applied.push(next);
      await hold();
    },
    log: log.log,
  });
  const write = (text: unknown): void =>
    writeFileSync(file, typeof text === "string" ? text : JSON.stringify(text));
  return { file, applied, log, reload, write };
}

const events = (log: ReturnType<typeof collectLog>) => log.lines().filter(({ event }) => event === "reload");

describe("createReloader", () => {
  test("applies what has changed, says the keys, and what waits for a restart", async () => {
    const { applied, log, reload, write } = await scene();
    write(content({ authenticator: { allowedRoles: ["user"] }, health: { port: 8090 } }));
    await reload();
    expect(applied).toMatchObject([{ policy: { allowedRoles: ["user"] }, health: undefined }]);
    expect(events(log)).toMatchObject([
      { level: "warn", key: "health", msg: "health has changed, and takes effect at the next start" },
      { level: "info", changed: ["authenticator.allowedRoles"], msg: "configuration changed" },
    ]);
  });

  test("where all that has changed waits for a restart, that is said", async () => {
    const { applied, log, reload, write } = await scene();
    write(content({ health: { port: 8090 }, metrics: { port: 8091 } }));
    await reload();
    expect(applied).toEqual([]);
    expect(events(log).at(-1)).toMatchObject({
      level: "info",
      changed: [],
      msg: "configuration read again: nothing else to change; 2 keys wait for a restart",
    });
  });

  test("the next reload compares with what is in force, not with what was there at the start", async () => {
    const { applied, log, reload, write } = await scene();
    write(content({ authenticator: { allowedRoles: ["user"] } }));
    await reload();
    await reload();
    expect(applied).toHaveLength(1);
    expect(events(log).at(-1)).toMatchObject({
      changed: [],
      msg: "configuration read again: nothing to change",
    });
    write(content());
    await reload();
    expect(applied.at(-1)).toMatchObject({ policy: { allowedRoles: undefined } });
  });

  test.each<[string, unknown, string]>([
    ["isn't JSON", '{"store": ', "ERR_CONFIG_SYNTAX"],
    ["has a wrong key", content({ authenticater: {} }), "ERR_CONFIG_INVALID"],
    [
      "has a secret that isn't there",
      {
        ...content(),
        routers: [router({ auth: { method: "ticket", authid: "us", secret: { env: "NOT_SET" } } })],
      },
      "ERR_CONFIG_SECRET",
    ],
  ])("a file that %s changes nothing, and is said as check-config says it", async (_what, text, code) => {
    const { file, applied, log, reload, write } = await scene();
    write(text);
    const error = await loadConfig(file, { env: {} }).then(
      () => undefined,
      (fault: Error) => fault,
    );
    await reload();
    expect(applied).toEqual([]);
    expect(events(log)).toMatchObject([
      { level: "error", code, msg: `the configuration stays as it was: ${error?.message}` },
    ]);
    write(content({ authenticator: { allowedRoles: ["user"] } }));
    await reload();
    expect(applied).toHaveLength(1);
  });

  test("a file that is gone changes nothing", async () => {
    const { file, applied, log, reload } = await scene();
    rmSync(file);
    await reload();
    expect(applied).toEqual([]);
    expect(events(log)).toMatchObject([{ level: "error", code: "ERR_CONFIG_READ" }]);
  });

  test("what comes during a reload is one more after it", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { applied, log, reload, write } = await scene({}, () => held);
    write(content({ authenticator: { allowedRoles: ["a"] } }));
    const first = reload();
    const [second, third] = [reload(), reload()];
    expect(third).toBe(second);
    write(content({ authenticator: { allowedRoles: ["b"] } }));
    release();
    await Promise.all([first, second]);
    expect(applied.at(-1)?.policy.allowedRoles).toEqual(["b"]);
    expect(events(log)).toHaveLength(2);
  });

  test("a fault while applying is said, and nothing rejects", async () => {
    const { log, reload, write } = await scene({}, () => Promise.reject(new Error("s3cret")));
    write(content({ authenticator: { allowedRoles: ["user"] } }));
    await reload();
    expect(events(log).at(-1)).toMatchObject({
      level: "error",
      code: "Error",
      msg: "the configuration couldn't be applied as a whole",
    });
    expect(log.text()).not.toContain("s3cret");
  });

  test("no secret of a changed router is in the log", async () => {
    const { applied, log, reload, write } = await scene();
    const auth = { method: "ticket", authid: "us", secret: "new-s3cret" };
    write({ ...content(), routers: [router({ auth })] });
    await reload();
    expect(applied).toHaveLength(1);
    expect(log.text()).toContain("routers (127.0.0.1:8081)");
    expect(log.text()).not.toContain("s3cret");
  });
});
