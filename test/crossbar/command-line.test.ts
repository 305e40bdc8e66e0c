// The executable from end to end, as an administrator uses it, on a real Crossbar: the demo's parts, other cookies.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type DemoComponent, startComponent } from "../../scripts/demo/demo-component.js";
import { demoNode, PROCEDURE, REALM } from "../../scripts/demo/demo-node.js";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { joinFrames } from "../support/crossbar-cookie-client.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

const root = packageRoot();
const executable = join(root, "bin", "wamp-cookie-authenticator.js");
const missing = existsSync(join(root, ".venv", "bin", "crossbar")) ? cfxdbMissing() : "no Crossbar in .venv";

function run(...parameters: string[]): string {
  return execFileSync(process.execPath, [executable, ...parameters], { encoding: "utf8" });
}

(missing === undefined ? describe : describe.skip)(
  `the executable${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const directory = makeTempDirectory();
    const cookies = join(directory, "cookies");
    const secrets = { userSecret: "a password", componentSecret: "a secret", backendSecret: "another" };
    let url = "";
    let crossbar: Crossbar;
    let component: DemoComponent;

    beforeAll(async () => {
      run("db", "init", cookies);
      const [clientPort = 0, componentPort = 0, healthPort = 0] = await freePorts(3);
      url = `ws://127.0.0.1:${clientPort}/ws`;
      const nodeConfig = demoNode({ clientPort, componentPort, cookies, ...secrets });
      crossbar = await startCrossbar({ nodeConfig, directory });
      const configFile = join(directory, "authenticator.json");
      const auth = { method: "wampcra", authid: "authenticator", secret: { env: "SECRET" } };
      const router = { url: `ws://127.0.0.1:${componentPort}/`, realm: REALM, auth, procedure: PROCEDURE };
      writeFileSync(
        configFile,
        JSON.stringify({ store: { path: cookies }, routers: [router], health: { port: healthPort } }),
      );
      mkdirSync(join(directory, "log"));
      component = await startComponent({
        executable,
        configFile,
        logFile: join(directory, "log", "log"),
        healthPort,
        environment: { SECRET: secrets.componentSecret },
      });
    }, 120_000);

    afterAll(async () => {
      await component?.stop();
      await crossbar?.stop();
      removeTempDirectories();
    });

    const user = ["--authid", "joe", "--authrole", "user", "--authrealm", REALM];

    test("a cookie of `cookies add` is accepted by Crossbar through the component, and read by cfxdb", async () => {
      const extra = { department: "sales", level: 3 };
      const output = run(
        "cookies",
        "add",
        "--db",
        cookies,
        ...user,
        "--authextra",
        JSON.stringify(extra),
        "--json",
      );
      const { oid, value } = JSON.parse(output) as { oid: string; value: string };

      const join = await joinFrames({ url, realm: REALM, ticket: value });
      await join.leave();
      expect(join.kind).toBe("welcome");
      expect(join.details).toMatchObject({
        authid: "joe",
        authrole: "user",
        authmethod: "ticket",
        realm: REALM,
      });
      expect(join.details.authextra).toMatchObject(extra);

      const cfxdb = await startCfxdb();
      const theirs = await cfxdb.open(cookies);
      expect(await theirs.getByValue(value)).toMatchObject({ oid, authid: "joe", authextra: extra });
      expect(await theirs.getAuth(value)).toMatchObject({ authid: "joe", authrealm: REALM });
      await cfxdb.stop();
    });

    test("a cookie that `cookies remove` removed is refused at once", async () => {
      const { oid, value } = JSON.parse(run("cookies", "add", "--db", cookies, ...user, "--json")) as {
        oid: string;
        value: string;
      };
      run("cookies", "remove", "--db", cookies, "--oid", oid);
      const join = await joinFrames({ url, realm: REALM, ticket: value });
      await join.leave();
      expect(join.frame).toEqual([
        3,
        { message: "authentication failed" },
        "wamp.error.authentication_failed",
      ]);
    });

    test("SIGTERM ends it with status 0", async () => {
      expect(await component.stop()).toBe(0);
    });
  },
);

test("`start` without its engine names the command that builds it", () => {
  // A package without native/: the executable and its code, but another root.
  const directory = makeTempDirectory();
  for (const name of ["bin", "dist", "node_modules", "schema", "package.json"]) {
    spawnSync("ln", ["-s", join(root, name), join(directory, name)]);
  }
  run("db", "init", join(directory, "cookies"));
  const config = join(directory, "config.json");
  const router = { url: "ws://127.0.0.1:1/", realm: "r", auth: { method: "anonymous" }, procedure: "a.b" };
  writeFileSync(config, JSON.stringify({ store: { path: "cookies" }, routers: [router] }));
  const result = spawnSync(
    process.execPath,
    [
      "--preserve-symlinks",
      "--preserve-symlinks-main",
      join(directory, "bin", "wamp-cookie-authenticator.js"),
      "start",
      "--config",
      config,
    ],
    { encoding: "utf8" },
  );
  expect(result.status).toBe(4);
  expect(result.stderr).toContain("isn't built");
  expect(result.stderr).toContain("build-native");
});
