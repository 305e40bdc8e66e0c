// Crossbar's own databases, in LMDB 1.0 format: read live by the executable, made anew under it, and waited for.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type DemoComponent, startComponent } from "../../scripts/demo/demo-component.js";
import { demoNode, PROCEDURE, REALM } from "../../scripts/demo/demo-node.js";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { joinFrames, logIn } from "../support/crossbar-cookie-client.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const root = packageRoot();
const executable = join(root, "bin", "wamp-cookie-authenticator.js");
const isThere = existsSync(join(root, ".venv", "bin", "crossbar"));
const SECRETS = { userSecret: "a password", componentSecret: "a secret", backendSecret: "another" };

let crossbar: Crossbar | undefined;
let component: DemoComponent | undefined;

interface Site {
  readonly url: string;
  readonly cookies: string;
  startCrossbar(store?: object): Promise<void>;
  startComponent(): Promise<void>;
}

async function makeSite(): Promise<Site> {
  const directory = makeTempDirectory();
  const cookies = join(directory, "cookies");
  const [clientPort = 0, componentPort = 0, healthPort = 0] = await freePorts(3);
  const configFile = join(directory, "authenticator.json");
  const auth = { method: "wampcra", authid: "authenticator", secret: { env: "SECRET" } };
  const url = `ws://127.0.0.1:${componentPort}/`;
  const router = { url, realm: REALM, auth, procedure: PROCEDURE, reconnect: { min: 0.1, max: 0.5 } };
  const log = { level: "debug" };
  writeFileSync(
    configFile,
    JSON.stringify({
      store: { path: cookies, readOnly: true },
      routers: [router],
      health: { port: healthPort },
      log,
    }),
  );
  return {
    url: `ws://127.0.0.1:${clientPort}`,
    cookies,
    async startCrossbar(store = {}) {
      const node = demoNode({ clientPort, componentPort, cookies, ...SECRETS });
      // The only cookie store of the configuration gets the further settings.
      const text = JSON.stringify(node, (key, value: unknown) =>
        key === "store" ? { ...(value as object), ...store } : value,
      );
      crossbar = await startCrossbar({ nodeConfig: JSON.parse(text) as object, directory });
    },
    async startComponent() {
      component = await startComponent({
        executable,
        configFile,
        logFile: join(directory, "component.log"),
        healthPort,
        environment: { SECRET: SECRETS.componentSecret },
      });
    },
  };
}

async function present(site: Site, value: string): Promise<unknown> {
  const join = await joinFrames({ url: `${site.url}/ws`, realm: REALM, ticket: value });
  await join.leave();
  return join.kind === "welcome" ? join.details.authid : join.frame[2];
}

afterEach(async () => {
  await component?.stop();
  await crossbar?.stop();
  component = undefined;
  crossbar = undefined;
  removeTempDirectories();
});

(isThere ? describe : describe.skip)(
  `a stock Crossbar${isThere ? "" : " (skipped: no Crossbar in .venv)"}`,
  () => {
    test("started with no database, and we before it: its cookies are accepted within a second of being stored", async () => {
      const site = await makeSite();
      // Neither database nor router is there when the component starts.
      await Promise.all([site.startComponent(), site.startCrossbar({ sync: true })]);
      const opened = await component?.findLogLine(
        "the store to be open",
        ({ event, format }) => event === "store" && format !== undefined,
      );
      expect(opened).toMatchObject({ format: "1.0", engine: "lmdb-reader" });
      for (let login = 0; login < 5; login += 1) {
        const value = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
        const stored = performance.now();
        expect(await present(site, value)).toBe("joe");
        expect(performance.now() - stored).toBeLessThan(1000);
      }
      expect(await present(site, "no-such-cookie-at-all")).toBe("wamp.error.authentication_failed");
    }, 120_000);

    test("its database, converted to 0.9, is used by both: cookies of before, new logins, and cookies that we write", async () => {
      const site = await makeSite();
      await site.startCrossbar({ sync: true });
      const old = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      const convert = [executable, "db", "convert", site.cookies, `${site.cookies}-0.9`];
      const refused = spawnSync(process.execPath, convert, { encoding: "utf8" });
      expect(refused.status).toBe(4);
      expect(refused.stderr).toContain("stop Crossbar");

      await crossbar?.stop();
      execFileSync(process.execPath, convert);
      renameSync(site.cookies, `${site.cookies}-1.0`);
      renameSync(`${site.cookies}-0.9`, site.cookies);
      await site.startCrossbar({ sync: true });
      await site.startComponent();
      expect(await present(site, old)).toBe("joe");
      const fresh = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      expect(await present(site, fresh)).toBe("joe");
      const user = ["--authid", "ann", "--authrole", "user", "--authrealm", REALM];
      const added = execFileSync(process.execPath, [
        executable,
        "cookies",
        "add",
        "--db",
        site.cookies,
        ...user,
        "--json",
      ]);
      const { value } = JSON.parse(added.toString()) as { value: string };
      expect(await present(site, value)).toBe("ann");

      const verified = execFileSync(process.execPath, [executable, "db", "verify", site.cookies, "--json"]);
      expect(JSON.parse(verified.toString())).toMatchObject({ ok: true, format: "0.9", findings: [] });
    }, 120_000);

    test("purge_on_startup makes a 0.9 database anew in 1.0 under us: the process ends with 5, and the next reads it", async () => {
      const site = await makeSite();
      execFileSync(process.execPath, [executable, "db", "init", site.cookies]);
      await site.startCrossbar({ sync: true });
      await site.startComponent();
      const old = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      expect(await present(site, old)).toBe("joe");

      await crossbar?.stop();
      await site.startCrossbar({ purge_on_startup: true });
      expect(await component?.exited).toBe(5);

      await site.startComponent();
      expect(await present(site, old)).toBe("wamp.error.authentication_failed");
      const fresh = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      expect(await present(site, fresh)).toBe("joe");
    }, 120_000);

    test("a 1.0 database made anew under us is read on without a restart", async () => {
      const site = await makeSite();
      await site.startCrossbar({ sync: true });
      await site.startComponent();
      const old = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      expect(await present(site, old)).toBe("joe");
      await crossbar?.stop();
      await site.startCrossbar({ purge_on_startup: true });
      const fresh = await logIn(`${site.url}/login`, REALM, "joe", SECRETS.userSecret);
      await waitFor("the new cookie to be accepted", async () => (await present(site, fresh)) === "joe");
      expect(await present(site, old)).toBe("wamp.error.authentication_failed");
    }, 120_000);
  },
);
