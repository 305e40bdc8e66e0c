// over HTTP: when a session cookie may go over a connection, and whose word for it counts.

import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, createSecureServer } from "node:http2";
import { createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "@jest/globals";
import { DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import type { WebRequest, WebResponse } from "../../src/web/web-message.js";
import { WebSessions, type WebSessionsOptions } from "../../src/web/web-sessions.js";
import { setScene } from "../session/scene.js";
import { makeCertificates } from "../support/crossbar-certificates.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createListener, JOE, SERVERS } from "./web-server.js";

afterAll(removeTempDirectories);

const INSECURE = { ...DEFAULT_SESSION_POLICY.attributes, secure: false };

function createWeb(
  options: Partial<WebSessionsOptions> = {},
  attributes = DEFAULT_SESSION_POLICY.attributes,
) {
  const { sessions } = setScene({ attributes });
  return { sessions, web: new WebSessions({ sessions, authrealm: "realm1", ...options }) };
}

interface From {
  readonly address?: string | undefined;
  readonly encrypted?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

function requestFrom({ address = "192.0.2.7", encrypted = false, headers = {} }: From): WebRequest {
  const socket = { remoteAddress: address, encrypted };
  return { method: "POST", headers: { host: "app.example", ...headers }, socket };
}

function openResponse(headersSent = false): WebResponse & { readonly lines: () => unknown } {
  const headers = new Map<string, string | readonly string[]>();
  return {
    headersSent,
    getHeader: (name) => headers.get(name.toLowerCase()),
    setHeader: (name, value) => headers.set(name.toLowerCase(), value),
    lines: () => headers.get("set-cookie"),
  };
}

/** What a login from there comes to: the code of the refusal, or `in`. */
async function tryLogin(web: WebSessions, from: From): Promise<unknown> {
  const response = openResponse();
  return web.login(requestFrom(from), response, JOE).then(
    () => "in",
    (error: { code: unknown; statusCode: unknown }) => {
      expect(response.lines()).toBeUndefined();
      return error.code;
    },
  );
}

describe("R-41 cookie.secure false", () => {
  const LOCAL = { host: "localhost:8080" };
  test.each<[string, From, string]>([
    ["http on this machine", { address: "127.0.0.1", headers: LOCAL }, "in"],
    ["by its IPv6 address", { address: "::1", headers: { host: "[::1]:8080" } }, "in"],
    ["on a socket for both kinds", { address: "::ffff:127.0.0.1", headers: { host: "127.0.0.1" } }, "in"],
    ["a name below localhost", { address: "127.0.0.1", headers: { host: "app.localhost" } }, "in"],
    ["from another machine", { address: "192.0.2.7", headers: LOCAL }, "ERR_WEB_INSECURE"],
    ["by a proxy that keeps the host", { address: "127.0.0.1" }, "ERR_WEB_INSECURE"],
    [
      "by a name that looks like it",
      { address: "127.0.0.1", headers: { host: "127.0.0.1.evil.org" } },
      "ERR_WEB_INSECURE",
    ],
    ["without a host", { address: "127.0.0.1", headers: { host: "" } }, "ERR_WEB_INSECURE"],
    ["over TLS", { address: "127.0.0.1", encrypted: true, headers: LOCAL }, "ERR_WEB_INSECURE"],
    ["on a socket without address", { address: undefined, headers: LOCAL }, "ERR_WEB_INSECURE"],
    ...["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "via", "x-real-ip"].map(
      (name): [string, From, string] => [
        `by a proxy that adds ${name}`,
        { address: "127.0.0.1", headers: { ...LOCAL, [name]: "x" } },
        "ERR_WEB_INSECURE",
      ],
    ),
  ])("%s: %p gives %s", async (_, from, outcome) => {
    const { web, sessions } = createWeb({}, INSECURE);
    const { socket, ...rest } = requestFrom(from);
    const exact = { ...rest, socket: { ...socket, remoteAddress: from.address } };
    const response = openResponse();
    const result = await web.login(exact, response, JOE).then(
      () => "in",
      (error: { code: unknown }) => error.code,
    );
    expect(result).toBe(outcome);
    expect((await sessions.list()).sessions).toHaveLength(outcome === "in" ? 1 : 0);
  });

  test("a cookie that others have issued isn't set there either", async () => {
    const { web, sessions } = createWeb({}, INSECURE);
    const issued = await sessions.login({ ...JOE, authrealm: "realm1" });
    const response = openResponse();
    expect(() => web.setCookie(requestFrom({}), response, issued)).toThrow(
      expect.objectContaining({ code: "ERR_WEB_INSECURE", statusCode: 500 }),
    );
    expect(response.lines()).toBeUndefined();
  });
});

describe("R-44 requireSecure", () => {
  const { web, sessions } = createWeb({ requireSecure: true, trustedProxies: ["10.0.0.0/8"] });
  const PLACES: [string, From, boolean][] = [
    ["TLS", { encrypted: true }, true],
    ["plain", {}, false],
    ["plain on this machine", { address: "127.0.0.1", headers: { host: "localhost" } }, false],
    ["https at a proxy", { address: "10.0.0.1", headers: { "x-forwarded-proto": "https" } }, true],
    ["http at a proxy", { address: "10.0.0.1", headers: { "x-forwarded-proto": "http" } }, false],
    ["a silent proxy", { address: "10.0.0.1" }, false],
    ["https as a client claims", { headers: { "x-forwarded-proto": "https" } }, false],
    [
      "http at a proxy that we see over TLS",
      { address: "10.0.0.1", encrypted: true, headers: { "x-forwarded-proto": "http" } },
      false,
    ],
  ];

  test.each(PLACES)("a login over %s: %p", async (_, from, isSecure) => {
    expect(await tryLogin(web, from)).toBe(isSecure ? "in" : "ERR_WEB_INSECURE");
  });

  test.each(PLACES)("a cookie that came over %s %p counts: %p", async (_, from, isSecure) => {
    const { value } = await sessions.login({ ...JOE, authrealm: "realm1" });
    const request = requestFrom({ ...from, headers: { ...from.headers, cookie: `cbtid=${value}` } });
    expect(web.getCookie(request)).toBe(isSecure ? value : undefined);
    expect((await web.getUser(request))?.authid).toBe(isSecure ? "joe" : undefined);
  });

  test("off by default, since the proxy may not say", async () => {
    expect(await tryLogin(createWeb().web, {})).toBe("in");
  });
});

describe("R-45 where a login came from", () => {
  const { web } = createWeb({ trustedProxies: ["10.0.0.0/8", "::1"] });
  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ["a client", "192.0.2.7", undefined, "192.0.2.7"],
    ["a client that claims another", "192.0.2.7", "203.0.113.9", "192.0.2.7"],
    ["a client that claims a proxy", "192.0.2.7", "10.0.0.1", "192.0.2.7"],
    ["a proxy", "10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["a client's claim at a proxy", "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
    ["two proxies", "::1", "203.0.113.9, 10.0.0.1", "203.0.113.9"],
    ["a socket without address", undefined, "203.0.113.9", undefined],
  ])("%s", async (_, remoteAddress, forwarded, peer) => {
    const headers = {
      host: "app.example",
      ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
    };
    const request = { method: "POST", headers, socket: { remoteAddress } };
    expect((await web.login(request, openResponse(), JOE)).peer).toBe(peer);
    expect(web.getAddress(request)).toBe(peer);
  });

  test.each<[string, string, boolean]>([
    ["a proxy's X-Forwarded-Host", "10.0.0.1", true],
    ["a client's", "192.0.2.7", false],
  ])("the own page may be that of %s", (_, address, isOwn) => {
    const headers = { host: "inner", "x-forwarded-host": "app.example", origin: "https://app.example" };
    expect(web.checkOrigin(requestFrom({ address, headers })) === undefined).toBe(isOwn);
  });

  test("an entry that is no address is refused", () => {
    for (const entry of ["localhost", "0.0.0.0/0", "loopback"])
      expect(() => createWeb({ trustedProxies: ["10.0.0.0/8", entry] })).toThrow(
        expect.objectContaining({ code: "ERR_SESSION_ARGUMENT" }),
      );
  });
});

describe("too late", () => {
  test.each(["login", "logout", "rotate", "update"] as const)(
    "%s changes nothing after the headers",
    async (name) => {
      const { web, sessions } = createWeb();
      const { value } = await sessions.login({ ...JOE, authrealm: "realm1" });
      const request = requestFrom({ headers: { cookie: `cbtid=${value}` } });
      const changes = { ...JOE, maxAgeSeconds: 5 };
      const late = web[name](request, openResponse(true), changes);
      await expect(late).rejects.toMatchObject({ code: "ERR_WEB_HEADERS_SENT", statusCode: 500 });
      expect((await sessions.list()).sessions).toHaveLength(1);
      expect((await sessions.find({ value }))?.expires).toBe(1_750_604_800);
    },
  );

  test("a login whose response begins meanwhile leaves no session that nobody has", async () => {
    const { web, sessions } = createWeb();
    let isSent = false;
    const response = {
      ...openResponse(),
      get headersSent() {
        return isSent;
      },
    };
    const login = web.login(requestFrom({}), response, JOE);
    isSent = true;
    await expect(login).rejects.toMatchObject({ code: "ERR_WEB_HEADERS_SENT" });
    expect((await sessions.list()).sessions).toEqual([]);
  });
});

describe("R-32 the realm of a login", () => {
  test.each<[string | undefined, string | undefined, string]>([
    ["realm1", undefined, "in"],
    ["realm1", "realm1", "in"],
    ["realm1", "realm2", "ERR_SESSION_ROLE"],
    [undefined, "realm2", "in"],
    [undefined, undefined, "ERR_SESSION_ARGUMENT"],
  ])("application %p, login %p: %s", async (own, asked, outcome) => {
    const { web } = createWeb({ authrealm: own });
    const result = await web.login(requestFrom({}), openResponse(), { ...JOE, authrealm: asked }).then(
      ({ authrealm }) => (authrealm === (asked ?? own) ? "in" : authrealm),
      (error: { code: unknown }) => error.code,
    );
    expect(result).toBe(outcome);
  });
});

describe("over TLS", () => {
  const { ca, server: certificate } = makeCertificates(makeTempDirectory());
  const { web, sessions } = createWeb({ requireSecure: true });

  test("https with a test CA: login and who is it", async () => {
    const server = createServer({ cert: certificate.cert, key: certificate.key }, createListener(web)).listen(
      0,
    );
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const send = async (path: string, cookie = "") => {
      const options = {
        host: "localhost",
        port,
        path,
        method: "POST",
        ca: ca.cert,
        headers: { cookie },
        agent: false,
      };
      const [response] = await once(httpsRequest(options as never).end(), "response");
      const text = (await response.toArray()).join("");
      return { status: response.statusCode, lines: response.headers["set-cookie"] ?? [], text };
    };
    const { status, lines } = await send("/login");
    expect(status).toBe(200);
    const line = lines.find((text: string) => text.startsWith("cbtid=")) ?? "";
    expect(line).toContain("; Secure");
    expect((await send("/me", line.split(";", 1)[0])).text).toContain('"authid":"joe"');
    server.close();
  });

  test("HTTP/2, through Node's compatibility API", async () => {
    const server = createSecureServer({ cert: certificate.cert, key: certificate.key });
    server.on("request", (request, response) => {
      const cookies = web.getCookie(request);
      const done = cookies === undefined ? web.login(request, response, JOE) : web.getUser(request);
      done.then(
        (session) => response.end(session?.authid ?? "nobody"),
        (error: { code: string }) => response.end(error.code),
      );
    });
    server.listen(0);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect(`https://localhost:${port}`, { ca: ca.cert });
    const send = async (headers: Record<string, string>) => {
      const stream = client.request({ ":method": "POST", ...headers });
      const [answer] = (await once(stream, "response")) as [Record<string, string[]>];
      return { answer, text: (await stream.toArray()).join("") };
    };
    const own = { origin: `https://localhost:${port}` };
    const first = await send(own);
    expect(first.text).toBe("joe");
    const cookie = first.answer["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
    expect((await send({ ...own, cookie })).text).toBe("joe");
    expect((await send({ origin: "https://evil.example" })).text).toBe("ERR_WEB_ORIGIN");
    client.close();
    server.close();
    expect((await sessions.list()).sessions.length).toBeGreaterThan(0);
  });
});

test("the Origin must be that of the Host header, not of the socket", async () => {
  const { web } = createWeb();
  const [, start] = SERVERS[0] ?? [];
  const server = await start?.(web);
  const { port } = new URL(server?.url ?? "");
  const send = async (origin: string): Promise<number> => {
    const headers = { host: "app.example", origin };
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/login",
      headers,
      agent: false,
    });
    const [response] = await once(request.end(), "response");
    response.resume();
    return response.statusCode;
  };
  expect(await send("https://app.example")).toBe(200);
  expect(await send(`http://127.0.0.1:${port}`)).toBe(403);
  await server?.close();
});
