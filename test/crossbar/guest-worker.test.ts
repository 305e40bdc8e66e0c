// This component as a guest worker of a real Crossbar, on the node configuration that `crossbar config` prints.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { joinFrames } from "../support/crossbar-cookie-client.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const root = packageRoot();
const executable = join(root, "bin", "wamp-cookie-authenticator.js");
const isMissing = !existsSync(join(root, ".venv", "bin", "crossbar"));
const REALM = "realm1";
const SECRET = "a secret of the environment";

/** A guest worker that ends at once, each time that it is started: what Crossbar does by itself. */
const ENDS_AT_ONCE = "echo run >> runs; exit 1";
/** Starts the rest of its arguments when the file `go` is there. */
const WAITS = 'until [ -e go ]; do sleep 0.05; done; exec "$@"';

function run(...parameters: string[]): string {
  const env = { ...process.env, AUTHENTICATOR_SECRET: SECRET };
  return execFileSync(process.execPath, [executable, ...parameters], { encoding: "utf8", env });
}

(isMissing ? describe.skip : describe)(
  `a guest worker${isMissing ? " (skipped: no Crossbar in .venv)" : ""}`,
  () => {
    const directory = makeTempDirectory();
    const at = (name: string): string => join(directory, name);
    const cookies = at("cookies");
    let url = "";
    let ticket = "";
    let crossbar: Crossbar;

    /** The number of the component's process, not of its supervisor. */
    const pid = (): number => {
      const number = Number.parseInt(readFileSync(at("pid"), "utf8"), 10);
      if (!(number > 1)) throw new Error("no process number in the pid file");
      return number;
    };
    const join_ = async () => {
      const joined = await joinFrames({ url, realm: REALM, ticket });
      await joined.leave();
      return joined;
    };
    const welcome = () => waitFor("a welcome", async () => (await join_()).kind === "welcome", 30_000);

    beforeAll(async () => {
      run("db", "init", cookies);
      ticket = (JSON.parse(run("cookies", "add", "--db", cookies, ...USER, "--json")) as { value: string })
        .value;
      const [clientPort = 0, componentPort = 0] = await freePorts(2);
      url = `ws://127.0.0.1:${clientPort}/ws`;
      writeOurs(componentPort);

      const node = JSON.parse(run("crossbar", "config", "--config", at("ours.json"), "--json"));
      const [router, guest] = node.workers;
      router.transports[0].endpoint.port = clientPort;
      router.realms[0].roles.push({ name: "user", permissions: [] });
      const command = [guest.executable, ...guest.arguments, "--pid-file", at("pid")];
      const options = { workdir: directory };
      node.workers = [
        router,
        { type: "guest", executable: "sh", arguments: ["-c", WAITS, "sh", ...command], options },
        { type: "guest", executable: "sh", arguments: ["-c", ENDS_AT_ONCE], options },
      ];
      process.env.AUTHENTICATOR_SECRET = SECRET; // Crossbar and its guests inherit it
      crossbar = await startCrossbar({ nodeConfig: node, directory });
    }, 120_000);

    afterAll(async () => {
      await crossbar?.stop();
      removeTempDirectories();
    });

    const USER = ["--authid", "joe", "--authrole", "user", "--authrealm", REALM];

    function writeOurs(componentPort: number): void {
      const auth = { method: "wampcra", authid: "authenticator", secret: { env: "AUTHENTICATOR_SECRET" } };
      const router = {
        url: `ws://127.0.0.1:${componentPort}`,
        realm: REALM,
        auth,
        procedure: "com.example.cookie.authenticate",
        reconnect: { min: 0.1, max: 0.5 },
      };
      writeFileSync(at("ours.json"), JSON.stringify({ store: { path: cookies }, routers: [router] }));
    }

    test("until it is ready, clients are refused at once and can try again", async () => {
      const refused = await join_();
      expect(refused.frame[0]).toBe(3); // ABORT
      expect(refused.frame[2]).toBe("wamp.error.no_such_procedure");
    });

    test("Crossbar starts it, and its clients are let in", async () => {
      writeFileSync(at("go"), "");
      await welcome();
      expect((await join_()).details).toMatchObject({ authid: "joe", authrole: "user" });
    }, 60_000);

    test("killed, it is started again; without --restart Crossbar starts nothing again", async () => {
      const first = pid();
      process.kill(first, "SIGKILL");
      await waitFor("another process", () => pid() !== first && pid(), 30_000);
      await welcome();
      expect(crossbar.output()).toContain("the component has ended: it is started again");

      expect(crossbar.output()).toMatch(/Guest \S+ exited with error/);
      expect(readFileSync(at("runs"), "utf8")).toBe("run\n");
    }, 60_000);

    test("it ends with Crossbar", async () => {
      const last = pid();
      expect(isRunning(last)).toBe(true);
      await crossbar.stop();
      await waitFor("the end of the component", () => !isRunning(last));
    }, 60_000);
  },
);

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
