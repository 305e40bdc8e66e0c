// who called what, about which session, with which outcome; and never a value.

import { describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { createLog } from "../../src/log/logger.js";
import type { SessionOperations } from "../../src/procedures/session-operations.js";
import { createSessionProcedures } from "../../src/procedures/session-procedures.js";
import { callerOf, createScene, JOE, PREFIX } from "./scene.js";

const parse = (lines: readonly string[]): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));

test("what was done is one line each", async () => {
  const { login, call, lines } = createScene();
  const { oid } = await login();
  await call("logout_user", { authid: "joe" });
  await call("list", { authrealm: null }, callerOf({ realm: "operations", authid: "op", session: 9 }));
  const who = {
    router: "r",
    callerRealm: "realm1",
    callerSession: 1,
    callerAuthid: "back",
    callerAuthrole: "backend",
  };
  expect(parse(lines)).toMatchObject([
    {
      level: "info",
      event: "procedure-done",
      procedure: "login",
      ...who,
      oid,
      authid: "joe",
      authrealm: "realm1",
    },
    { level: "info", procedure: "logout_user", ...who, authid: "joe", authrealm: "realm1", count: 1 },
    { level: "info", procedure: "list", callerRealm: "operations", callerAuthid: "op", authrealm: "(every)" },
  ]);
});

test("what only reads, and is called all the time, is at debug", async () => {
  const { login, call, lines } = createScene();
  const { value } = await login();
  lines.length = 0;
  await call("get_user", { value });
  await call("my_sessions", {}, JOE);
  expect(parse(lines).map(({ level, procedure }) => [level, procedure])).toEqual([
    ["debug", "get_user"],
    ["debug", "my_sessions"],
  ]);
});

test("refusals are warnings, and a flood of them is bounded", async () => {
  const { refusal, lines, pass } = createScene();
  for (let count = 0; count < 50; count++) await refusal("stats", {}, JOE);
  expect(lines).toHaveLength(20);
  expect(parse(lines)[0]).toMatchObject({
    level: "warn",
    event: "procedure-refused",
    procedure: "stats",
    error: "wamp.error.not_authorized",
    callerAuthid: "joe",
  });
  pass(60);
  await refusal("stats", {}, JOE);
  expect(parse(lines)).toContainEqual(
    expect.objectContaining({ event: "procedure-refused-repeatedly", more: 30 }),
  );
});

test("text from outside can't break a line or colour a terminal (R-55)", async () => {
  const { login, lines } = createScene();
  await login({ authid: "joe\u001b[31m\nroot" }, callerOf({ authid: "back\r\nend" }));
  expect(parse(lines)[0]).toMatchObject({
    authid: "joe\\u{1b}[31m\\u{a}root",
    callerAuthid: "back\\u{d}\\u{a}end",
  });
});

test("no value, and nothing that was said in secret, is in any log line, event or error (R-47)", async () => {
  const { login, ask, call, refusal, lines, events } = createScene();
  const errors: unknown[] = [];
  const code = "c0de-of-the-session";
  const first = await login({ auth_code: code });
  const second = await login({ presented_value: first.value, auth_code: code });
  await ask("get_user", { value: second.value, auth_code: code, touch: true });
  await ask("update", { value: second.value, scope: "x" });
  const rotated = await call("rotate", { value: second.value });
  errors.push(await refusal("rotate", { value: second.value }));
  errors.push(
    await refusal("login", { authid: "joe", authrole: "trusted", presented_value: `${rotated.value}` }),
  );
  errors.push(await refusal("get_user", { value: rotated.value, auth_code: 5, scope: { x: code } }));
  errors.push(await refusal("logout", { value: rotated.value, authrealm: "realm2" }));
  errors.push(await refusal("logout", { [`${rotated.value}`]: 1, oid: rotated.oid }));
  await call("logout", { value: rotated.value });
  const told = JSON.stringify([lines, events]);
  for (const secret of [first.value, second.value, String(rotated.value), code]) {
    expect(secret.length).toBeGreaterThan(10);
    expect(told).not.toContain(secret);
  }
  expect(lines.length).toBeGreaterThan(8);
  expect(events.length).toBeGreaterThan(4);
  // An error may name a key that the caller made up, and nothing else of what it said.
  expect(JSON.stringify(errors.slice(0, 4).map((error) => [error, String(error)]))).not.toContain(
    rotated.value,
  );
});

describe("a fault", () => {
  function failing(error: unknown) {
    const lines: string[] = [];
    const fail = async (): Promise<never> => {
      throw error;
    };
    const { handlers, flush } = createSessionProcedures({
      sessions: { stats: fail } as unknown as SessionOperations,
      live: { findConnection: () => undefined, isConnected: () => false },
      rules: { prefix: PREFIX, roles: new Map([["backend", ["stats"]]]), everyRealm: [] },
      log: createLog({}, { write: (line: string) => void lines.push(line) }),
      repeatLimit: { limit: 1, windowMs: 60_000 },
    });
    const call = () => handlers.get("stats")?.({}, [], callerOf()) ?? Promise.reject(new Error("no handler"));
    return { call, lines, flush };
  }

  test.each([
    [new CookieAuthenticatorError("ERR_STORE_COMMIT", "disk /var full"), "ERR_STORE_COMMIT"],
    [new TypeError("secret internals"), "unknown"],
    ["a string", "unknown"],
  ])("%s is one constant text for the caller, and its code for the log (R-50)", async (error, code) => {
    const { call, lines } = failing(error);
    await expect(call()).rejects.toMatchObject({
      name: "ProcedureError",
      uri: "wamp.error.unavailable",
      message: "sessions are not available at the moment",
    });
    expect(lines.join("")).not.toContain("internals");
    expect(parse(lines)).toMatchObject([
      { level: "error", event: "procedure-failed", code, procedure: "stats" },
    ]);
  });

  test("that comes again and again is summed up", async () => {
    const { call, lines, flush } = failing(new Error("x"));
    for (let count = 0; count < 5; count++) await call().catch(() => {});
    flush();
    expect(parse(lines).map(({ event, more }) => [event, more])).toEqual([
      ["procedure-failed", undefined],
      ["procedure-failed-repeatedly", 4],
    ]);
  });
});
