// What a web application takes from the component's file, and the rules for transport and proxies in it.

import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.js";
import { loadWebConfig } from "../../src/config/load-web-config.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import {
  content,
  type Json,
  load,
  loadError,
  problemLines,
  router,
  writeConfig,
} from "./temporary-config.js";

const SESSIONS = { sessions: { prefix: "com.example.session." } };
const SECRET = { method: "ticket", authid: "component", secret: { env: "A_SECRET_OF_THE_COMPONENT" } };

async function webError(config: Json): Promise<CookieAuthenticatorError> {
  const error: unknown = await loadWebConfig(writeConfig(config)).catch((reason: unknown) => reason);
  if (error instanceof CookieAuthenticatorError) return error;
  throw new Error("the configuration was accepted");
}

describe("R-44, R-45 transport and proxies", () => {
  test("nobody is trusted and nothing demanded by default", async () => {
    expect((await load(content())).policy).toMatchObject({ requireSecure: false, trustedProxies: [] });
  });

  test("both keys reach the policy", async () => {
    const authenticator = { requireSecure: true, trustedProxies: ["10.0.0.0/8", "::1"] };
    expect((await load(content({ authenticator }))).policy).toMatchObject(authenticator);
  });

  test("entries that are no address or network, or everybody's, are named by their path", async () => {
    const trustedProxies = ["10.0.0.0/8", "localhost", "0.0.0.0/0", "::/0", "10.0.0.0/40"];
    const lines = problemLines(await loadError(content({ authenticator: { trustedProxies } })));
    expect(lines.map((line) => line.split(":", 1)[0])).toEqual(
      [1, 2, 3, 4].map((index) => `authenticator.trustedProxies[${index}]`),
    );
  });
});

describe("loadWebConfig", () => {
  test("gives what loadConfig gives, without a secret of the component", async () => {
    const file = writeConfig(
      content({
        ...SESSIONS,
        routers: [router({ auth: SECRET })],
        cookie: { name: "__Host-sid", sameSite: "Strict" },
        authenticator: {
          origin: { allow: ["https://App.example:443"] },
          trustedProxies: ["::1"],
          idleTimeout: 900,
        },
      }),
    );
    const web = await loadWebConfig(file);
    const { config } = await loadConfig(file, { env: { A_SECRET_OF_THE_COMPONENT: "x" } });
    expect(web).toEqual({
      store: config.store,
      sessions: config.sessions,
      policy: config.policy,
      authrealm: "realm1",
    });
    expect(web.policy.origin.allow).toEqual(["https://app.example"]);
    expect(web.sessions.policy).toMatchObject({ cookieName: "__Host-sid", idleSeconds: 900 });
  });

  test.each<[string, Json[], string | undefined]>([
    ["the one realm", [router()], "realm1"],
    ["the one realm of two routers", [router(), router({ url: "ws://127.0.0.1:8082" })], "realm1"],
    ["the session realm, where it is another", [router({ sessionRealms: ["app"] })], "app"],
    ["none of two", [router({ sessionRealms: ["app", "shop"] })], undefined],
  ])("the realm is %s", async (_, routers, authrealm) => {
    expect((await loadWebConfig(writeConfig(content({ ...SESSIONS, routers })))).authrealm).toBe(authrealm);
  });

  test.each<[string, Json, string]>([
    ["no sessions", content(), "sessions"],
    [
      "a weak cookie",
      content({ ...SESSIONS, cookie: { sameSite: "None", secure: false } }),
      "cookie.sameSite",
    ],
    [
      "a wrong origin",
      content({ ...SESSIONS, authenticator: { origin: { allow: ["app"] } } }),
      "authenticator.origin.allow[0]",
    ],
    ["a store that is only read", content({ ...SESSIONS, store: { path: "c", readOnly: true } }), "sessions"],
    [
      "a wrong role",
      content({ sessions: { ...SESSIONS.sessions, roles: { a: ["logn"] } } }),
      "sessions.roles.a[0]",
    ],
  ])("refused: %s", async (_, config, path) => {
    const error = await webError(config);
    expect(error.code).toBe("ERR_CONFIG_INVALID");
    expect(problemLines(error).map((line) => line.split(": ", 1)[0])).toEqual([path]);
  });
});
