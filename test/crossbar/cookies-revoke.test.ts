// `cookies revoke` beside a real Crossbar and two running instances: records go, live connections end, others stay.

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startCli } from "../support/cli-process.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { PREFIX, REALMS, USER_ROLE } from "../support/crossbar-sessions-node.js";
import { type SessionsScene, startSessionsScene } from "../support/crossbar-sessions-scene.js";

const [REALM] = REALMS;

describeUnless(crossbarMissing(), "cookies revoke, on a real Crossbar", () => {
  let scene: SessionsScene;

  beforeAll(async () => {
    scene = await startSessionsScene({ mode: "shared" });
  }, 120_000);

  afterAll(() => scene?.stop(), 60_000);

  test("ends the sessions of a user and their connections; another's stay", async () => {
    const backend = await scene.joinComponent("backend");
    const login = (authid: string) =>
      scene.call(backend, "login", { authid, authrole: USER_ROLE, authrealm: REALM });
    const [joe, joeToo, ann] = [await login("joe"), await login("joe"), await login("ann")];
    const clients = [await scene.joinUser(joe.value), await scene.joinUser(joeToo.value)];
    const other = await scene.joinUser(ann.value);

    const dry = startCli(
      "cookies",
      "revoke",
      "--db",
      scene.cookies,
      "--authid",
      "joe",
      "--dry-run",
      "--json",
    );
    expect(await dry.ended).toBe(0);
    expect(dry.stdout().trimEnd().split("\n")).toHaveLength(2);

    const revoke = startCli("cookies", "revoke", "--db", scene.cookies, "--authid", "joe", "--yes");
    expect(await revoke.ended).toBe(0);
    expect(revoke.stdout()).toBe("revoked 2 sessions\n");
    for (const { ended } of clients)
      expect(await ended).toMatchObject({ kind: "goodbye", reason: `${PREFIX}ended.revoked` });
    expect(await scene.tryJoin(joe.value)).toMatchObject({ kind: "abort" });
    expect((await scene.tryJoin(ann.value)).kind).toBe("welcome");
    // A call proves that it is still there.
    await scene.call(other, "my_sessions");
    const { sessions } = await scene.call(backend, "list", { authid: "ann" });
    expect(sessions).toHaveLength(1);
    const said = dry.stdout() + dry.stderr() + revoke.stdout() + revoke.stderr();
    for (const secret of scene.secrets) expect(said).not.toContain(secret);
  }, 60_000);
});
