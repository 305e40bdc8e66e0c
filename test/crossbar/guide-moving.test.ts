// The guide to Valkey and back, followed to the letter on a real Crossbar and a real server, with a user who is connected
// all the while.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { welcomed } from "../support/guide-client.js";
import { type GuideSite, makeGuideSite } from "../support/guide-site.js";
import { readGuide, snippets } from "../support/guide-text.js";
import { serverMissing, startServer, stopServers, type ValkeyServer } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

const GUIDE = "moving-to-valkey";
const SECRETS = {
  AUTHENTICATOR_SECRET: "a secret",
  BACKEND_SECRET: "another",
  ADMINISTRATOR_SECRET: "a third",
};
const REALM = "realm1";
const COOKIE = "__Host-session";
const DENIED = "wamp.error.authentication_failed";

type Welcome = Extract<JoinOutcome, { kind: "welcome" }>;

describeUnless(crossbarMissing() ?? serverMissing(), "the guide to Valkey on a real Crossbar", () => {
  let site: GuideSite;
  let server: ValkeyServer;
  const clients: Welcome[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    site?.stop();
  });
  afterAll(stopServers);

  test.each([
    ["with a pause", ["Cut over"]],
    ["without a pause for joins", ["Without a pause for joins"]],
  ])(
    "moving, %s: nobody is logged out, and who was logged out stays so, there and back",
    async (name, cutOver) => {
      server = await startServer();
      site = await makeGuideSite(name.replaceAll(" ", "-"), SECRETS, { 6379: server.port });
      await setUp(site);
      const backend = await joined({ port: "component", authid: "backend", wampcra: SECRETS.BACKEND_SECRET });
      const logIn = async (authid: string): Promise<string> =>
        (
          (await backend.session.call("com.example.session.login", [], {
            authid,
            authrole: "user",
          })) as Session
        ).value;
      const change = (operation: string, value: string): Promise<unknown> =>
        backend.session.call(`com.example.session.${operation}`, [], { value });
      const present = (value: string): Promise<unknown> =>
        welcomed({ url: url("client"), realm: REALM, headers: { Cookie: `${COOKIE}=${value}` } });

      const [live, idle, ended, rotated] = [
        await logIn("joe"),
        await logIn("ann"),
        await logIn("bob"),
        await logIn("eve"),
      ];
      const joe = await joined({ port: "client", headers: { Cookie: `${COOKIE}=${live}` } });
      const sessionsOfJoe = (): Promise<unknown> => joe.session.call("com.example.session.my_sessions");
      const connected = { sessions: [expect.objectContaining({ authid: "joe", connected: true })] };
      expect(await present(ended)).toBe("bob");

      await site.follow(GUIDE, ["Before", "Copy while all runs"]);
      // Between the exports.
      await change("logout", ended);
      const { value: fresh } = (await change("rotate", rotated)) as Session;
      const late = await logIn("late");

      const printed = await site.follow(GUIDE, cutOver);
      expect(printed).toMatch(/^deleted +1, of the database, not in the file$/m);
      expect(printed).toMatch(/^differing +0\nmissing +0\nextra +0$/m);
      await isReady();
      for (const [value, authid] of [
        [live, "joe"],
        [idle, "ann"],
        [fresh, "eve"],
        [late, "late"],
        [ended, DENIED],
        [rotated, DENIED],
      ] as const) {
        expect([authid, await present(value)]).toEqual([authid, authid]);
      }
      expect(await keysOf(server)).toBeGreaterThan(0);
      // The connection from before, and a procedure that answers from the new store.
      expect(await sessionsOfJoe()).toMatchObject(connected);
      await change("logout", idle);
      const onValkey = await logIn("zoe");

      if (cutOver.includes("Without a pause for joins")) await site.run("rm -f first.jsonl last.jsonl");
      else await site.run("test ! -e first.jsonl && test ! -e last.jsonl");
      const back = await site.follow(GUIDE, ["Going back"]);
      expect(back).toMatch(/^differing +0\nmissing +0\nextra +0$/m);
      await isReady();
      await server.kill();
      for (const [value, authid] of [
        [live, "joe"],
        [onValkey, "zoe"],
        [fresh, "eve"],
        [idle, DENIED],
        [ended, DENIED],
        [rotated, DENIED],
      ] as const) {
        expect([authid, await present(value)]).toEqual([authid, authid]);
      }
      expect(await sessionsOfJoe()).toMatchObject(connected);
      const log = readFileSync(join(site.directory, "component.log"), "utf8");
      for (const value of [live, idle, ended, rotated, fresh, late, onValkey])
        expect(log).not.toContain(value);
    },
    240_000,
  );

  function url(port: "client" | "component"): string {
    return `ws://127.0.0.1:${site.ports[port]}${port === "client" ? "/ws" : ""}`;
  }

  /** A client that stays connected until the end of the test. */
  async function joined({
    port,
    ...options
  }: { port: "client" | "component" } & Partial<Parameters<typeof joinAs>[0]>) {
    const outcome = await joinAs({ url: url(port), realm: REALM, ...options });
    if (outcome.kind === "abort") throw new Error(`refused: ${outcome.reason} ${outcome.message}`);
    clients.push(outcome);
    return outcome;
  }

  async function isReady(): Promise<void> {
    await waitFor(
      "the component to be ready",
      async () => (await fetch(`http://127.0.0.1:${site.ports.health}/readyz`)).ok,
    );
  }
});

interface Session {
  readonly value: string;
}

/** The example of a database that only the component writes to, and the configurations that the guide tells to make. */
async function setUp(site: GuideSite): Promise<void> {
  const example = JSON.parse(
    readFileSync(join(packageRoot(), "config", "sessions-exclusive.json"), "utf8"),
  ) as {
    readonly store: { readonly path: string };
    readonly routers: readonly object[];
    readonly authenticator: object;
    readonly sessions: object;
  };
  const { sessions, ...reading } = {
    ...example,
    $schema: undefined,
    // The profile's idle time-out needs a component that writes.
    authenticator: { ...example.authenticator, profile: undefined },
    health: { port: 8089 },
    crossbarNode: ".crossbar/config.json",
  };
  const [store] = snippets(readGuide(join("docs", "guides", `${GUIDE}.md`)), "Before");
  const files = {
    "authenticator.json": { ...reading, sessions },
    "authenticator-valkey.json": { ...reading, sessions, ...store },
    "authenticator-readonly.json": {
      ...reading,
      routers: withoutSessionRealms(example.routers),
      store: { path: example.store.path, readOnly: true },
    },
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(site.directory, name), site.here(JSON.stringify(content)));
  await site.run(`mkdir .crossbar
    cp node_modules/wamp-cookie-authenticator/config/crossbar/sessions-exclusive.json .crossbar/config.json
    npx wamp-cookie-authenticator db init cookies
    crossbar start --cbdir .crossbar
    systemctl start wamp-cookie-authenticator`);
}

function withoutSessionRealms(routers: readonly object[]): object[] {
  return routers.map((router) => ({ ...router, sessionRealms: undefined }));
}

async function keysOf(server: ValkeyServer): Promise<number> {
  const client = server.client();
  try {
    return await client.dbsize();
  } finally {
    client.disconnect();
  }
}
