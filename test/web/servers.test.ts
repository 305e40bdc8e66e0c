// The web door on node:http, Express and Fastify, as a client without a browser sees it.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { WebSessions } from "../../src/web/web-sessions.js";
import { type Scene, setScene } from "../session/scene.js";
import { waitFor } from "../support/wait-for.js";
import { cookieOf, SERVERS, type WebServer } from "./web-server.js";

describe.each(SERVERS)("%s", (_, start) => {
  let scene: Scene;
  let server: WebServer;

  beforeAll(async () => {
    scene = setScene();
    const web = new WebSessions({
      sessions: scene.sessions,
      authrealm: "realm1",
      origin: { sameHost: true, allow: ["https://partner.example"], allowAbsent: true },
      clock: scene.clock,
    });
    server = await start(web);
  });
  beforeEach(() => scene.sessions.deleteAll());
  afterAll(() => server.close());

  const send = (
    path: string,
    cookie?: string,
    init: { method?: string; headers?: Record<string, string> } = {},
  ) =>
    fetch(server.url + path, {
      method: "POST",
      ...init,
      headers: { "user-agent": "Firefox", ...(cookie === undefined ? {} : { cookie }), ...init.headers },
    });
  const login = async (cookie?: string): Promise<string> => {
    const value = cookieOf(await send("/login", cookie));
    if (value === undefined) throw new Error("no cookie");
    return value;
  };
  const whoIs = async (
    cookie?: string,
  ): Promise<{ authid: string; authrole: string; peer: string } | null> => {
    const response = await send("/me", cookie, { method: "GET" });
    return (await response.json()) as { authid: string; authrole: string; peer: string } | null;
  };

  test("login, who is it, logout; and again, which is no error", async () => {
    const response = await send("/login?authid=ann");
    expect(response.status).toBe(200);
    const body = (await response.json()) as object;
    expect(body).toMatchObject({
      authid: "ann",
      authrealm: "realm1",
      peer: "127.0.0.1",
      userAgent: "Firefox",
    });
    const value = cookieOf(response) ?? "";
    expect(JSON.stringify(body)).not.toContain(value);
    expect(await whoIs(`a=b; cbtid=${value}`)).toMatchObject({ authid: "ann" });

    const first = await send("/logout", `cbtid=${value}`);
    expect([await first.json(), cookieOf(first)]).toEqual([true, ""]);
    expect(await whoIs(`cbtid=${value}`)).toBeNull();
    const second = await send("/logout", `cbtid=${value}`);
    expect([second.status, await second.json(), cookieOf(second)]).toEqual([200, false, ""]);
    const none = await send("/logout");
    expect([none.status, await none.json(), cookieOf(none)]).toEqual([200, false, ""]);
  });

  test("R-41, R-42 the cookie is set and cleared with the same attributes", async () => {
    const line = (response: Response) =>
      response.headers.getSetCookie().find((text) => text.startsWith("cbtid="));
    const set = line(await send("/login"))?.split("; ") ?? [];
    const cleared = line(await send("/logout"))?.split("; ") ?? [];
    expect(set).toEqual(
      expect.arrayContaining(["Max-Age=604800", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]),
    );
    expect(cleared).toEqual(
      expect.arrayContaining(["cbtid=", "Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Path=/"]),
    );
    const rest = (words: string[]) => words.filter((word) => !/^(cbtid|Max-Age|Expires)=/.test(word));
    expect(rest(cleared)).toEqual(rest(set));
  });

  test("a response with a session isn't cacheable, and cookies of others stay", async () => {
    for (const path of ["/login", "/logout"]) {
      const response = await send(path);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const names = response.headers.getSetCookie().map((line) => line.split("=", 1)[0]);
      expect(names.toSorted()).toEqual(["cbtid", "lang", "theme"]);
    }
  });

  test("of our cookie there is one at most in a response: the last word", async () => {
    const response = await send("/twice");
    expect(cookieOf(response)).toBe("");
    expect((await scene.sessions.list()).sessions).toEqual([]);
    const again = await send("/again");
    expect((await scene.sessions.list()).sessions).toHaveLength(1);
    expect(await whoIs(`cbtid=${cookieOf(again)}`)).toMatchObject({ authid: "joe" });
  });

  test("getUser sets no cookie, leaves caching to the application, and says Vary", async () => {
    const response = await send("/me", `cbtid=${await login()}`, { method: "GET" });
    expect(cookieOf(response)).toBeUndefined();
    expect(response.headers.get("cache-control")).toBe("public, max-age=60");
    expect(response.headers.get("vary")).toBe("Accept, Cookie");
  });

  test("R-11 a request is a use, with its device", async () => {
    const value = await login();
    scene.pass(3600);
    await send("/me", `cbtid=${value}`, { method: "GET", headers: { "user-agent": "Chromium" } });
    const used = await waitFor("the use", async () => {
      const [session] = (await scene.sessions.list()).sessions;
      return session?.lastUsed === null ? undefined : session;
    });
    expect(used).toMatchObject({ lastPeer: "127.0.0.1", lastUserAgent: "Chromium" });
    expect((used?.lastUsed ?? 0) - (used?.created ?? 0)).toBe(3600);
  });

  test("R-14 update sends the same value with what is left to live", async () => {
    const value = await login();
    const response = await send("/update?seconds=100", `cbtid=${value}`);
    expect(await response.json()).toMatchObject({ authid: "joe" });
    expect(cookieOf(response)).toBe(value);
    const line = response.headers.getSetCookie().find((text) => text.startsWith("cbtid="));
    expect(line).toContain("Max-Age=100;");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const nobody = await send("/update?seconds=100", "cbtid=AAAAAAAAAAAAAAAAAAAAAAAA");
    expect([await nobody.json(), cookieOf(nobody)]).toEqual([null, undefined]);
  });

  test("R-20 another role comes with another value", async () => {
    const value = await login();
    const response = await send("/rotate", `cbtid=${value}`);
    expect(await response.json()).toMatchObject({ authid: "joe", authrole: "admin" });
    const rotated = cookieOf(response);
    expect(rotated).not.toBe(value);
    expect(await whoIs(`cbtid=${value}`)).toBeNull();
    expect(await whoIs(`cbtid=${rotated}`)).toMatchObject({ authrole: "admin" });
    const nobody = await send("/rotate", `cbtid=${value}`);
    expect([await nobody.json(), cookieOf(nobody)]).toEqual([null, undefined]);
  });

  test("R-20 fixation: a planted value isn't the one of the login, and opens nothing afterwards", async () => {
    const invented = "AttackersOwnInvention000";
    expect(await login(`cbtid=${invented}`)).not.toBe(invented);
    expect(await whoIs(`cbtid=${invented}`)).toBeNull();

    const attackers = await login();
    const victims = await login(`cbtid=${attackers}`);
    expect(victims).not.toBe(attackers);
    expect(await whoIs(`cbtid=${attackers}`)).toBeNull();
    expect(await whoIs(`cbtid=${victims}`)).toMatchObject({ authid: "joe" });
  });

  test("R-40 two values of our name are nobody, in either order; a login or logout ends both", async () => {
    const [one, two] = [await login(), await login()];
    for (const cookie of [
      `cbtid=${one}; cbtid=${two}`,
      `cbtid=${two}; cbtid=${one}`,
      `cbtid=x; cbtid=${one}`,
    ])
      expect(await whoIs(cookie)).toBeNull();
    expect(await whoIs(`cbtid=${one}; cbtid=${one}`)).toMatchObject({ authid: "joe" });
    const third = await login(`cbtid=${one}; cbtid=${two}`);
    expect([await whoIs(`cbtid=${one}`), await whoIs(`cbtid=${two}`)]).toEqual([null, null]);
    const fourth = await login();
    await send("/logout", `cbtid=${third}; cbtid=${fourth}`);
    expect([await whoIs(`cbtid=${third}`), await whoIs(`cbtid=${fourth}`)]).toEqual([null, null]);
  });

  test.each(["cbtid=", 'cbtid="x"', "cbtid=a b", `cbtid=${"x".repeat(600)}`, "Cbtid=x", "; ;=;", "cbtid"])(
    "R-04 a Cookie header with no value in it is nobody: %p",
    async (cookie) => {
      expect(await whoIs(cookie)).toBeNull();
    },
  );

  test("an expired session is nobody, and stays so", async () => {
    const value = await login();
    scene.pass(604_801);
    expect(await whoIs(`cbtid=${value}`)).toBeNull();
    scene.pass(-604_801);
    expect(await whoIs(`cbtid=${value}`)).toBeNull();
  });

  test("R-32 a session of another realm is nobody here, and yet ends at login", async () => {
    const foreign = await scene.sessions.login({ authid: "joe", authrole: "user", authrealm: "realm2" });
    expect(await whoIs(`cbtid=${foreign.value}`)).toBeNull();
    await login(`cbtid=${foreign.value}`);
    expect(await scene.sessions.find({ value: foreign.value })).toBeUndefined();
  });

  describe("cross-site", () => {
    const own = () => server.url;
    const EVIL = "https://evil.example";
    test.each<
      [method: string, path: string, site: string | undefined, origin: string | undefined, status: number]
    >([
      ["POST", "/login", "same-origin", "own", 200],
      ["POST", "/login", undefined, "own", 200],
      ["POST", "/login", undefined, undefined, 200],
      ["POST", "/login", "cross-site", "https://partner.example", 200],
      ["POST", "/login", "cross-site", EVIL, 403],
      ["POST", "/login", undefined, EVIL, 403],
      ["POST", "/login", undefined, "null", 403],
      ["POST", "/login", "same-site", undefined, 403],
      ["POST", "/logout", "cross-site", EVIL, 403],
      ["POST", "/logout", "cross-site", "null", 403],
      ["POST", "/update?seconds=9", "cross-site", EVIL, 403],
      ["POST", "/rotate", "cross-site", EVIL, 403],
      ["POST", "/other", "cross-site", EVIL, 403],
      ["PUT", "/other", "cross-site", EVIL, 403],
      ["PATCH", "/other", undefined, EVIL, 403],
      ["DELETE", "/other", "cross-site", undefined, 403],
      ["GET", "/me", "cross-site", EVIL, 200],
      ["HEAD", "/me", "cross-site", EVIL, 200],
      // A login by GET is how OAuth ends; whatever else changes a session is refused by GET, too.
      ["GET", "/login", "cross-site", undefined, 200],
      ["GET", "/logout", "cross-site", undefined, 403],
      ["GET", "/logout", "same-origin", undefined, 200],
      ["GET", "/logout", "none", undefined, 200],
      ["GET", "/rotate", "cross-site", undefined, 403],
      ["GET", "/update?seconds=9", "cross-site", undefined, 403],
    ])("%s %s, Sec-Fetch-Site %p, Origin %p: %i", async (method, path, site, origin, status) => {
      const value = await login();
      const headers = {
        ...(site === undefined ? {} : { "sec-fetch-site": site }),
        ...(origin === undefined ? {} : { origin: origin === "own" ? own() : origin }),
      };
      const response = await send(path, `cbtid=${value}`, { method, headers });
      expect(response.status).toBe(status);
      if (status !== 403) return;
      expect(cookieOf(response)).toBeUndefined();
      expect(await whoIs(`cbtid=${value}`)).toMatchObject({ authid: "joe", authrole: "user" });
      expect((await scene.sessions.list()).sessions).toHaveLength(1);
    });
  });

  test("R-47 no answer to a refusal holds a value", async () => {
    const value = await login();
    const headers = { "sec-fetch-site": "cross-site" };
    const refused = await send("/logout", `cbtid=${value}`, { headers });
    expect((await refused.text()) + JSON.stringify([...refused.headers])).not.toContain(value);
  });
});
