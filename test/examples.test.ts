// The examples run: config/sessions.json and its Crossbar node as they are, but for the ports.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { type Crossbar, startCrossbar } from "./support/crossbar.js";
import { crossbarMissing } from "./support/crossbar-cookie-node.js";
import { describeUnless } from "./support/crossbar-cookie-suite.js";
import { freePorts, replacePorts } from "./support/crossbar-ports.js";
import { waitFor } from "./support/wait-for.js";

const SECRETS = {
  AUTHENTICATOR_SECRET: "one-secret",
  BACKEND_SECRET: "two-secret",
  JOE_SECRET: "joe-secret",
};
const ENV = { ...process.env, NODE_OPTIONS: "", ...SECRETS };
const PYTHON = resolve(".venv/bin/python");

/** What each example prints, in this order but for the event, which comes when it comes. */
const LINES = [
  /^Set-Cookie has \d+ characters$/,
  /^this is joe, scope read write$/,
  /^joe has 1 session\(s\)$/,
  /^ended: 1 session\(s\)$/,
  /^and now: (null|None)$/,
];

describeUnless(crossbarMissing(), "examples/", () => {
  let directory: string;
  let crossbar: Crossbar;
  let component: ChildProcess;
  let componentLog = "";
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-examples-"));
    const [client = 0, components = 0, health = 0] = await freePorts(3);
    const read = (file: string): string => {
      const text = replacePorts(readFileSync(file, "utf8"), { 8080: client, 8081: components });
      // Crossbar's environment is that of the test.
      return text.replace(/\$\{(\w+)\}/g, (_all, name: keyof typeof SECRETS) => SECRETS[name]);
    };
    mkdirSync(join(directory, ".crossbar"));
    await initCookieStore(join(directory, ".crossbar", ".cookies"));
    crossbar = await startCrossbar({
      nodeConfig: JSON.parse(read("config/crossbar/sessions.json")),
      directory,
    });
    const file = join(directory, "config.json");
    const config = {
      ...JSON.parse(read("config/sessions.json")),
      health: { host: "127.0.0.1", port: health },
    };
    writeFileSync(file, JSON.stringify(config));
    url = `ws://127.0.0.1:${components}`;
    const main = ["--import", "tsx", resolve("src/cli/main.ts"), "start", "--config", file];
    component = spawn(process.execPath, main, { env: ENV });
    const collect = (chunk: Buffer): void => {
      componentLog += chunk.toString();
    };
    component.stdout?.on("data", collect);
    component.stderr?.on("data", collect);
    await waitFor("the component", async () => {
      if (component.exitCode !== null) throw new Error(`it ended early\n${componentLog}`);
      return fetch(`http://127.0.0.1:${health}/readyz`).then(
        ({ ok }) => ok,
        () => false, // it doesn't listen yet
      );
    });
    writeFileSync(join(directory, "secret"), `${SECRETS.BACKEND_SECRET}\n`, { mode: 0o600 });
    writeFileSync(join(directory, "other"), `${SECRETS.AUTHENTICATOR_SECRET}\n`, { mode: 0o600 });
    writeFileSync(join(directory, "wrong"), "no-secret\n", { mode: 0o600 });
  }, 120_000);

  afterAll(async () => {
    component?.kill("SIGTERM");
    await waitFor("the component's end", () => component?.exitCode !== null);
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const run = (program: readonly string[], secretFile: string, authid = "backend") => {
    const [command = "", ...args] = program;
    const all = [...args, url, authid, join(directory, secretFile)];
    return promisify(execFile)(command, all, { env: ENV, timeout: 50_000 });
  };
  const programs = [
    ["backend.ts", [process.execPath, "--import", "tsx", "examples/sessions/backend.ts"]],
    ["backend.py", [PYTHON, "examples/sessions/backend.py"]],
  ] as const;

  test.each(programs)(
    "sessions/%s logs a user in and out",
    async (_name, program) => {
      const { stdout } = await run(program, "secret");
      const lines = stdout.trimEnd().split("\n");
      const event = "event: joe logged out (logout-user)";
      expect(lines.filter((line) => line === event)).toHaveLength(1);
      const others = lines.filter((line) => line !== event);
      expect(others).toEqual(LINES.map((line) => expect.stringMatching(line)));
    },
    60_000,
  );

  test.each(programs)(
    "sessions/%s ends with an error if it can't log in",
    async (_name, program) => {
      const failure = await run(program, "wrong").catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("no connection: "),
      });
    },
    60_000,
  );

  test.each(programs)(
    "sessions/%s prints what it is refused",
    async (_name, program) => {
      const failure = await run(program, "other", "authenticator").catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("wamp.error.not_authorized: "),
      });
    },
    60_000,
  );
});
