// The web door on a real database, opened from the component's configuration file or by hand.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { findCookieValues } from "../../src/http-headers/cookie-header.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader } from "../../src/store/open-store.js";
import { openCookieSessions, openWebSessions } from "../../src/web/http.js";
import type { OpenCookieSessions } from "../../src/web/open-cookie-sessions.js";
import type { WebResponse } from "../../src/web/web-message.js";
import { content, router, writeConfig } from "../config/temporary-config.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { serverMissing, startServer, stopServers } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";
import { JOE } from "./web-server.js";

const opened: OpenCookieSessions[] = [];
const keep = <T extends OpenCookieSessions>(open: T): T => {
  opened.push(open);
  return open;
};
afterEach(async () => {
  for (const open of opened.splice(0)) await open.close();
});
afterAll(removeTempDirectories);
afterAll(stopServers);

async function makeStore(): Promise<string> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  return path;
}

function post(headers: Record<string, string> = {}) {
  return {
    method: "POST",
    headers: { host: "app.example", ...headers },
    socket: { remoteAddress: "10.0.0.1" },
  };
}

function response(): WebResponse & { line: string } {
  return {
    headersSent: false,
    line: "",
    getHeader: () => undefined,
    setHeader(name, value) {
      if (name === "set-cookie") this.line = String(value);
    },
  };
}

describe("openWebSessions", () => {
  test("has cookie, realm, origins, proxies and database of the file, and asks for no secret", async () => {
    const path = await makeStore();
    const auth = { method: "ticket", authid: "component", secret: { env: "A_SECRET_THAT_IS_NOT_THERE" } };
    const config = writeConfig(
      content({
        store: { path, hashValues: true },
        cookie: { name: "__Host-sid" },
        routers: [router({ auth, realm: "app" })],
        authenticator: {
          origin: { allow: ["https://partner.example"] },
          trustedProxies: ["10.0.0.0/8"],
          requireSecure: true,
          idleTimeout: 900,
        },
        sessions: { prefix: "com.example.session.", mode: "exclusive", maxAge: 3600 },
      }),
    );
    const { web, sessions } = keep(await openWebSessions({ config }));
    const proxied = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
    const answer = response();
    const session = await web.login(post({ ...proxied, origin: "https://partner.example" }), answer, JOE);
    expect(session).toMatchObject({ authrealm: "app", peer: "203.0.113.9" });
    expect(answer.line).toMatch(/^__Host-sid=[^;]+; Max-Age=3600; .*HttpOnly; Secure/);
    const cookie = answer.line.split(";", 1)[0] ?? "";
    const [value = ""] = findCookieValues(cookie, "__Host-sid");
    expect(await web.getUser(post({ ...proxied, cookie }))).toMatchObject({ authid: "joe" });
    expect(await web.getUser(post({ cookie }))).toBeNull();
    await expect(
      web.login(post({ ...proxied, origin: "https://evil.example" }), response(), JOE),
    ).rejects.toMatchObject({
      code: "ERR_WEB_ORIGIN",
      statusCode: 403,
    });
    expect(sessions.policy).toMatchObject({ maxAgeSeconds: 3600, idleSeconds: 900 });
    expect(await sessions.find({ value })).toMatchObject({ oid: session.oid });
    await opened.splice(0)[0]?.close();

    // S-07: what the authenticator's reader finds by the same value is a record without it.
    const reader = await openCookieReader({ path });
    const record = await reader.findByValue(value);
    expect(record?.oid).toBe(session.oid);
    expect(record?.value).not.toBe(value);
    await reader.close();
  });

  test("an application's realm wins over the file's", async () => {
    const config = writeConfig(content({ store: { path: await makeStore() }, sessions: { prefix: "a.b." } }));
    const { web } = keep(await openWebSessions({ config, authrealm: "shop" }));
    expect(await web.login(post(), response(), JOE)).toMatchObject({ authrealm: "shop" });
  });
});

describe("openCookieSessions", () => {
  test("needs no more than a path", async () => {
    const { sessions } = keep(await openCookieSessions({ path: await makeStore() }));
    const { value, session } = await sessions.login({ ...JOE, authrealm: "realm1" });
    expect(await sessions.getUser({ value })).toEqual(session);
  });

  test("waits for a database that isn't there yet", async () => {
    const path = join(makeTempDirectory(), "late");
    const { sessions } = keep(await openCookieSessions({ path }));
    await expect(sessions.login({ ...JOE, authrealm: "realm1" })).rejects.toMatchObject({
      code: "ERR_STORE_NOT_FOUND",
    });
    await initCookieStore(path);
    const issued = await waitFor("the database", () =>
      sessions.login({ ...JOE, authrealm: "realm1" }).catch(() => undefined),
    );
    expect(issued.session.authid).toBe("joe");
  });

  test("says that the database was replaced", async () => {
    const path = await makeStore();
    const codes: string[] = [];
    keep(await openCookieSessions({ path, onReplaced: ({ code }) => codes.push(code) }));
    rmSync(path, { recursive: true });
    await initCookieStore(path);
    await waitFor("the news", () => codes.length > 0);
    expect(codes).toEqual(["ERR_STORE_REPLACED"]);
  });

  test("a weak policy closes what was opened", async () => {
    const path = await makeStore();
    await expect(openCookieSessions({ path, policy: { valueLength: 4 } })).rejects.toMatchObject({
      code: "ERR_SESSION_ARGUMENT",
    });
    keep(await openCookieSessions({ path }));
  });

  test("hashed values need a database of our own", async () => {
    const path = await makeStore();
    await expect(openCookieSessions({ path, hashValues: true })).rejects.toMatchObject({
      code: "ERR_SESSION_ARGUMENT",
      details: { field: "hashValues" },
    });
    const { sessions, close } = await openCookieSessions({ path, mode: "exclusive", hashValues: true });
    await sessions.login({ ...JOE, authrealm: "realm1" });
    await close();
    await expect(openCookieSessions({ path, hashValues: false })).rejects.toMatchObject({
      code: "ERR_STORE_VALUES",
    });
  });
});

describeUnless(serverMissing(), "a store on Valkey", () => {
  const SESSIONS = { sessions: { prefix: "com.example.session." } };

  test("two applications on two configurations have one another's sessions", async () => {
    const { port } = await startServer();
    const store = { type: "valkey", servers: [`127.0.0.1:${port}`], nearCache: {} };
    const open = async () =>
      keep(await openWebSessions({ config: writeConfig(content({ store, ...SESSIONS })) }));
    const [one, other] = [await open(), await open()];
    const answer = response();
    const { oid } = await one.web.login(post(), answer, JOE);
    const cookie = answer.line.split(";", 1)[0] ?? "";
    expect(await other.web.getUser(post({ cookie }))).toMatchObject({ oid });
    expect(await other.web.logout(post({ cookie }), response())).toBe(true);
    await waitFor("the end of the session everywhere", async () => {
      return (await one.web.getUser(post({ cookie }))) === null;
    });
  });

  test("a program without a configuration names the servers", async () => {
    const { port } = await startServer();
    const valkey = {
      servers: [{ host: "127.0.0.1", port }],
      topology: { kind: "single" },
      prefix: "wca",
      timeoutMs: 1000,
    } as const;
    const { sessions } = keep(await openCookieSessions({ valkey }));
    const { value, session } = await sessions.login({ ...JOE, authrealm: "realm1" });
    expect(await sessions.getUser({ value })).toEqual(session);
    await expect(openCookieSessions({ valkey, hashValues: false })).rejects.toMatchObject({
      code: "ERR_STORE_VALUES",
    });
  });

  test("options that contradict each other are refused", async () => {
    const valkey = { servers: [], topology: { kind: "single" }, prefix: "wca", timeoutMs: 1 } as const;
    const refused = (field: string) => ({ code: "ERR_SESSION_ARGUMENT", details: { field } });
    await expect(openCookieSessions({ valkey, path: "x" })).rejects.toMatchObject(refused("valkey"));
    await expect(openCookieSessions({ valkey, mode: "shared" })).rejects.toMatchObject(refused("mode"));
    await expect(openCookieSessions({})).rejects.toMatchObject(refused("path"));
  });
});
