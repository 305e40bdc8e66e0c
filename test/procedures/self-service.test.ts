// What a client may do about itself: only with its own sessions, whatever it asks.

import { describe, expect, test } from "@jest/globals";
import { callerOf, createScene, JOE, PREFIX } from "./scene.js";

test("my_sessions shows the caller's own of its realm, and which is current and connected", async () => {
  const { login, call, connections } = createScene();
  const [current, other, idle] = [await login(), await login(), await login()];
  await login({ authid: "ann" });
  await login({ authrealm: "realm2" }, callerOf({ realm: "operations" }));
  connections.set(JOE.session ?? 0, current.oid).set(8, other.oid);
  const { sessions, next } = await call("my_sessions", {}, JOE);
  const shown = (sessions as Record<string, unknown>[]).map(({ oid, current: isCurrent, connected }) => [
    oid,
    isCurrent,
    connected,
  ]);
  expect(shown.toSorted()).toEqual(
    [
      [current.oid, true, true],
      [other.oid, false, true],
      [idle.oid, false, false],
    ].toSorted(),
  );
  expect(next).toBeNull();
  expect(JSON.stringify(sessions)).not.toContain(current.value);
});

test("my_sessions in pages", async () => {
  const { login, call } = createScene();
  await login();
  await login();
  const first = await call("my_sessions", { limit: 1 }, JOE);
  expect(first.next).not.toBeNull();
  const second = await call("my_sessions", { limit: 1, after: first.next }, JOE);
  expect([first.sessions, second.sessions].flat()).toHaveLength(2);
});

describe("logout_mine", () => {
  test("ends one of the caller's own", async () => {
    const { login, call, ask } = createScene();
    const { oid } = await login();
    expect(await call("logout_mine", { oid }, JOE)).toEqual({ ended: [oid] });
    expect(await ask("get_user", { oid })).toBeNull();
  });

  test("answers the same for another's, for one of another realm, and for none (R-31)", async () => {
    const { login, refusal, ask } = createScene();
    const operations = callerOf({ realm: "operations" });
    const ann = await login({ authid: "ann" });
    const far = await login({ authrealm: "realm2" }, operations);
    const errors = [];
    for (const oid of [ann.oid, far.oid, "11111111-2222-4333-8444-555555555555"]) {
      const { uri, message, field } = await refusal("logout_mine", { oid }, JOE);
      errors.push({ uri, message, field });
    }
    expect(errors[0]?.uri).toBe(`${PREFIX}error.no_such_session`);
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[2]).toEqual(errors[0]);
    expect(await ask("get_user", { oid: ann.oid })).not.toBeNull();
    expect(await ask("get_user", { oid: far.oid, authrealm: null }, operations)).not.toBeNull();
  });

  test("ends all others and keeps the current one (R-24)", async () => {
    const { login, call, ask, connections } = createScene();
    const [current, other] = [await login(), await login()];
    const ann = await login({ authid: "ann" });
    connections.set(JOE.session ?? 0, current.oid);
    expect(await call("logout_mine", { others: true }, JOE)).toEqual({ ended: [other.oid] });
    expect(await ask("get_user", { oid: current.oid })).not.toBeNull();
    expect(await ask("get_user", { oid: ann.oid })).not.toBeNull();
  });

  test("ends all cookie sessions of a caller that has joined without one", async () => {
    const { login, call, connections } = createScene();
    const { oid } = await login();
    connections.set(JOE.session ?? 0, undefined);
    expect(await call("logout_mine", { others: true }, JOE)).toEqual({ ended: [oid] });
  });

  test("ends nothing while it isn't known which one is current", async () => {
    const { login, refusal, ask } = createScene();
    const { oid } = await login();
    expect(await refusal("logout_mine", { others: true }, JOE)).toMatchObject({
      uri: "wamp.error.unavailable",
    });
    expect(await ask("get_user", { oid })).not.toBeNull();
  });
});
