// Sessions beside Crossbar's own cookie store, on one database: what Crossbar's login makes is a session as well.

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { joinFrames, logIn } from "../support/crossbar-cookie-client.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { CROSSBAR_USER, PREFIX, REALMS, USER_ROLE } from "../support/crossbar-sessions-node.js";
import {
  type Result,
  type SessionsScene,
  startSessionsScene,
  type Welcome,
} from "../support/crossbar-sessions-scene.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

const [REALM] = REALMS;
const { authid, secret } = CROSSBAR_USER;

describeUnless(crossbarMissing(), "sessions beside Crossbar's own logins", () => {
  let scene: SessionsScene;

  const loginUrl = (): string => `ws://127.0.0.1:${scene.ports.login}`;
  const logInAtCrossbar = async (): Promise<string> => {
    const value = await logIn(loginUrl(), REALM, authid, secret);
    scene.secrets.add(value);
    return value;
  };
  const listOf = async (backend: Welcome): Promise<Result[]> =>
    (await scene.call(backend, "list", { authid })).sessions;
  const byCookieMethod = async (value: string) => {
    const join = await joinFrames({
      url: loginUrl(),
      realm: REALM,
      cookieMethod: true,
      headers: { Cookie: `cbtid=${value}` },
    });
    await join.leave();
    return join.kind;
  };

  beforeAll(async () => {
    scene = await startSessionsScene({
      mode: "shared",
      hasCrossbarLogin: true,
      sessions: { sweepInterval: 1 },
    });
  }, 120_000);

  afterEach(() => scene.leaveAll());

  afterAll(async () => {
    await scene?.stop();
    expect(scene.secrets.size).toBeGreaterThan(2);
    for (const value of scene.secrets) expect(scene.log()).not.toContain(value);
  }, 60_000);

  test("a cookie of Crossbar's is listed after the next sweep; logout_user ends it and its live connection", async () => {
    const backend = await scene.joinComponent("backend");
    const value = await logInAtCrossbar();
    const client = await scene.joinUser(value, REALM, "header");
    const oid = client.details.authextra?.cookie_oid;
    const ours = await scene.call(backend, "login", { authid, authrole: USER_ROLE });
    const sessions = await waitFor("Crossbar's in the list", async () => {
      const listed = await listOf(backend);
      return listed.length === 2 ? listed : undefined;
    });
    const oids = sessions.map((session) => session.oid).sort();
    expect(oids).toEqual([oid, ours.oid].sort());
    expect(sessions.find((session) => session.oid === oid)).toMatchObject({ authid, authrole: USER_ROLE });
    const { ended } = await scene.call(backend, "logout_user", { authid });
    const begin = performance.now();
    expect(ended.sort()).toEqual(oids);
    expect(await client.ended).toMatchObject({ kind: "goodbye", reason: `${PREFIX}ended.revoked` });
    expect(performance.now() - begin).toBeLessThan(1000);
    expect((await scene.tryJoin(value)).kind).toBe("abort");
    expect(await byCookieMethod(value)).toBe("abort");
  });

  test("logout_user needs no sweep: it finds what Crossbar made a moment ago", async () => {
    const backend = await scene.joinComponent("backend");
    for (let round = 0; round < 3; round++) {
      const value = await logInAtCrossbar();
      const { ended } = await scene.call(backend, "logout_user", { authid });
      expect(ended).toHaveLength(1);
      expect(await byCookieMethod(value)).toBe("abort");
    }
  });

  test("a session of ours opens Crossbar's own cookie method, until it ends", async () => {
    const backend = await scene.joinComponent("backend");
    const { value, oid } = await scene.call(backend, "login", { authid, authrole: USER_ROLE });
    expect(await byCookieMethod(value)).toBe("welcome");
    await scene.call(backend, "logout", { oid });
    expect(await byCookieMethod(value)).toBe("abort");
  });

  // No answer of ours put an oid into its session: it is found by the tracking cookie that the router names.
  test("a client that joined by Crossbar's own login is ended with its cookie, and can't come back", async () => {
    const backend = await scene.joinComponent("backend");
    const url = loginUrl();
    const value = await logInAtCrossbar();
    const headers = { Cookie: `cbtid=${value}` };
    const client = await joinAs({ url, realm: REALM, authid, wampcra: secret, headers });
    if (client.kind !== "welcome") throw new Error(client.message);
    const throughUs = await scene.joinUser(value);
    expect((await scene.call(backend, "logout_user", { authid })).ended).toHaveLength(1);
    await throughUs.ended;
    expect(await client.ended).toMatchObject({ kind: "goodbye", reason: `${PREFIX}ended.revoked` });
    expect(await byCookieMethod(value)).toBe("abort");
  });
});
