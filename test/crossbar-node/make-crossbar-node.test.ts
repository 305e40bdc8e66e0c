// What `crossbar config` prints: right by our own check and by Crossbar's, for every example and for odd ones.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { makeCrossbarNode, makeNodePart, nodeNotes } from "../../src/crossbar-node/make-crossbar-node.js";
import { type NodeRequest, SECRET_PLACEHOLDER } from "../../src/crossbar-node/node-request.js";
import { type Json, load, router, temporaryDirectory } from "../config/temporary-config.js";
import { COMMAND, ourContent, SECRET } from "./good-node.js";

const NAMES = readdirSync("config")
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));
const CROSSBAR = resolve(".venv/bin/crossbar");
const ENV = {
  AUTHENTICATOR_SECRET: "x",
  AUTHENTICATOR_PRIVATE_KEY: "0".repeat(64),
  VALKEY_PASSWORD: "v",
};

function requestOf(config: Config, index = 0): NodeRequest {
  const found = config.routers[index];
  if (found === undefined) throw new Error("no such router");
  return { config, router: found, command: COMMAND };
}

async function loadExample(name: string): Promise<Config> {
  const directory = join(temporaryDirectory(), "config");
  cpSync("config", directory, { recursive: true });
  mkdirSync(join(directory, "tls"));
  for (const pem of ["ca.pem", "client.pem", "client.key"]) {
    writeFileSync(join(directory, "tls", pem), "-----BEGIN EXAMPLE-----\n", { mode: 0o600 });
  }
  return (await loadConfig(join(directory, `${name}.json`), { env: ENV })).config;
}

/** Ours, with what no example has. */
const ODD: Readonly<Record<string, Json>> = {
  "TLS for browsers": { authenticator: { requireSecure: true } },
  "TLS at a proxy": { authenticator: { requireSecure: true, trustedProxies: ["10.0.0.0/8"] } },
  "our own role's name taken": { authenticator: { allowedRoles: ["authenticator"], anonymousRole: "guest" } },
  "another realm to send clients to": {
    authenticator: { realm: "redirect", allowedRealms: ["realm1", "realm9"] },
  },
  "IPv6 and the port of clients": { routers: [router({ url: "ws://[::1]:8080/" })] },
  "no events": { sessions: { prefix: "com.example.session.", roles: { backend: ["login"] }, events: false } },
  "a path in the URL": { routers: [router({ url: "ws://localhost:8081/component" })] },
};

async function loadCase(name: string): Promise<Config> {
  const odd = ODD[name];
  return odd === undefined ? loadExample(name) : load(ourContent(odd));
}

const CASES = [...NAMES, ...Object.keys(ODD)];

test.each(CASES)("%s: the whole has no findings", async (name) => {
  const config = await loadCase(name);
  for (const index of config.routers.keys()) {
    const node = makeCrossbarNode(requestOf(config, index));
    // With several routers each has a node of its own.
    const ours = { ...config, routers: [requestOf(config, index).router] };
    expect(checkCrossbarNode(node, ours, { nodeDirectory: "/node" })).toEqual([]);
  }
});

const describeWithCrossbar = existsSync(CROSSBAR) ? describe : describe.skip;

/** What `crossbar check` calls, for many files in one process: it starts in seconds. */
const CHECK = `
import sys, crossbar
personality = crossbar.personalities()["standalone"]
for file in sys.argv[1:]:
    try:
        personality.check_config_file(personality, file)
        print(file, "is right")
    except Exception as error:
        print(file, error)
`;

describeWithCrossbar("Crossbar's own check (skipped without .venv/bin/crossbar)", () => {
  const files = new Map<string, string>();
  const env = { ...process.env, ...ENV };
  let answers = "";

  beforeAll(async () => {
    for (const name of CASES) {
      const file = join(temporaryDirectory(), "config.json");
      writeFileSync(file, JSON.stringify(makeCrossbarNode(requestOf(await loadCase(name)))));
      files.set(name, file);
    }
    const python = resolve(".venv/bin/python");
    answers = (await promisify(execFile)(python, ["-c", CHECK, ...files.values()], { env })).stdout;
  }, 120_000);

  test.each(CASES)("accepts what we make for %s", (name) => {
    const file = files.get(name) ?? "";
    expect(answers.split("\n").filter((line) => line.startsWith(file))).toEqual([`${file} is right`]);
  });

  test("as the command `crossbar check`", async () => {
    const cbdir = dirname(files.get("sessions") ?? "");
    const { stdout } = await promisify(execFile)(CROSSBAR, ["check", "--cbdir", cbdir], { env });
    expect(stdout).toContain("Ok, node configuration looks good!");
  }, 60_000);
});

describe("what is in it", () => {
  test("no secret, in it or in the notes", async () => {
    const request = requestOf(await load(ourContent()));
    const text = JSON.stringify(makeCrossbarNode(request)) + nodeNotes(request).join();
    expect(text).not.toContain(SECRET);
    expect(text).toContain(SECRET_PLACEHOLDER);
  });

  test("callers get each procedure by its name, with disclosure, and those who manage sessions the events", async () => {
    const [realm] = makeNodePart("realm", requestOf(await load(ourContent()))) as [{ roles: Json[] }];
    const call = (name: string): Json => ({
      uri: `com.example.session.${name}`,
      allow: { call: true },
      disclose: { caller: true },
      cache: true,
    });
    const events = {
      uri: "com.example.session.on_",
      match: "prefix",
      allow: { subscribe: true },
      cache: true,
    };
    expect(realm.roles.slice(1)).toEqual([
      { name: "backend", permissions: [call("login"), call("logout_user"), events] },
      { name: "user", permissions: [call("my_sessions")] },
      { name: "guest", permissions: [] },
    ]);
  });

  test.each<[string, Json]>([
    [
      "a store on Valkey",
      {
        store: { type: "valkey", servers: ["127.0.0.1"], password: "hunter2" },
        sessions: { prefix: "com.example.session." },
      },
    ],
    ["mode exclusive", { sessions: { prefix: "com.example.session.", mode: "exclusive" } }],
    ["a name that Crossbar can't set", { cookie: { name: "__Host-sid" } }],
  ])("no cookie store with %s", async (_name, changes) => {
    const shared = JSON.stringify(makeNodePart("transports", requestOf(await load(ourContent()))));
    const own = JSON.stringify(makeNodePart("transports", requestOf(await load(ourContent(changes)))));
    expect(shared).toContain('"store":{"type":"database","path":"/node/.cookies","maxsize":1073741824}');
    expect(own).not.toContain('"store"');
  });

  test("the guest worker runs our own command line, and is started again", async () => {
    const config = await load(ourContent());
    expect(makeNodePart("guest", requestOf(config))).toMatchObject({
      executable: COMMAND[0],
      arguments: [COMMAND[1], "start", "--restart", "--config", config.file],
    });
  });
});
