// Whatever the file holds, the end is a configuration or one of our errors.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadConfig } from "../../src/config/load-config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { content, load, router, temporaryDirectory, writeConfig } from "./temporary-config.js";

const directory = temporaryDirectory();

async function loadsOrFailsWithCode(text: string): Promise<void> {
  try {
    const { config } = await loadConfig(writeConfig(text, directory), { env: {} });
    expect(config.routers.length).toBeGreaterThan(0);
  } catch (error) {
    expect(error).toBeInstanceOf(CookieAuthenticatorError);
    expect((error as CookieAuthenticatorError).code).toMatch(/^ERR_CONFIG_/);
  }
}

test("any JSON value", async () => {
  await fc.assert(fc.asyncProperty(fc.json(), loadsOrFailsWithCode), { numRuns: 200 });
});

test("a valid configuration with any JSON value in any place", async () => {
  const places = [
    ["store", "path"],
    ["store", "maxSize"],
    ["cookie", "name"],
    ["routers"],
    ["routers", "0", "url"],
    ["routers", "0", "auth"],
    ["routers", "0", "auth", "method"],
    ["routers", "0", "tls"],
    ["routers", "0", "reconnect"],
    ["authenticator", "origin", "allow"],
    ["authenticator", "callerRoles"],
    ["log", "fingerprintKey"],
    ["health"],
    ["crossbarNode"],
    ["cookie", "sameSite"],
    ["authenticator", "profile"],
    ["routers", "0", "sessionRealms"],
    ["sessions"],
    ["sessions", "prefix"],
    ["sessions", "roles"],
    ["sessions", "maxAge"],
    ["sessions", "perUser"],
    ["sessions", "authorizer"],
  ];
  const anyPlace = fc.tuple(fc.constantFrom(...places), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(anyPlace, async ([place, value]) => {
      const config = content({
        cookie: {},
        routers: [router({ auth: { method: "ticket", authid: "a", secret: "s" } })],
        authenticator: { origin: {} },
        sessions: { prefix: "com.example.session." },
        log: {},
      });
      let at: Record<string, unknown> = config;
      for (const key of place.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[place.at(-1) ?? ""] = value;
      await loadsOrFailsWithCode(JSON.stringify(config));
    }),
    { numRuns: 300 },
  );
});

test("the check of Crossbar's node configuration bears any JSON value", async () => {
  const config = await load(content());
  const part = fc.jsonValue();
  const node = fc.oneof(
    part,
    fc.record({ workers: part }),
    fc.record({
      workers: fc.array(
        fc.record({
          type: fc.constantFrom("router", "proxy", "guest"),
          realms: part,
          transports: fc.array(
            fc.record({
              type: fc.constantFrom("websocket", "universal", "web", "rawsocket"),
              endpoint: part,
              auth: part,
              cookie: part,
              websocket: part,
              paths: part,
              web: part,
            }),
          ),
        }),
      ),
    }),
  );
  fc.assert(
    fc.property(node, (value) => {
      for (const finding of checkCrossbarNode(value, config, { nodeDirectory: "/node" })) {
        expect(finding.message).not.toBe("");
      }
    }),
  );
});
