// Both doors behind a reverse proxy that ends TLS: one host, one cookie, and the client's address instead of the proxy's.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { BrowserLike } from "../../scripts/demo-web/browser-like.js";
import { runFlow } from "../../scripts/demo-web/run-flow.js";
import { startWebParts, type WebParts } from "../../scripts/demo-web/web-parts.js";
import { freePort } from "../support/crossbar.js";
import { type Certificates, makeCertificates } from "../support/crossbar-certificates.js";
import { type ReverseProxy, startReverseProxy } from "../support/reverse-proxy.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { launchChromium, openContext } from "./chromium.js";
import { describeInChromium } from "./describe-in-chromium.js";
import { connected, cookieOf, logIn, loginPage } from "./pages.js";

/** Failures that one address may have at once in these tests. */
const BURST = 8;
const DENIED = { kind: "abort", reason: "wamp.error.authentication_failed" };
/** A byte at which Crossbar breaks a header line, and HTTP doesn't. */
const BREAK = "\x85";

let certificates: Certificates;
let parts: WebParts;
let proxy: ReverseProxy;

beforeAll(async () => {
  const directory = makeTempDirectory();
  certificates = makeCertificates(directory);
  const port = await freePort();
  parts = await startWebParts({
    directory,
    authids: ["joe", "jane", "kim", "lee", "mia", "zoe"],
    proxy: { origin: `https://localhost:${port}` },
    authenticator: { failureLimit: { peer: { burst: BURST, perSecond: 0.001 } } },
    logLevel: "debug",
  });
  const { page, wamp } = parts.upstream;
  const { cert, key } = certificates.server;
  proxy = await startReverseProxy({ port, cert, key, route: (path) => (path === "/ws" ? wamp : page) });
}, 120_000);

beforeEach(() => {
  proxy.ownHeaders = "last";
});

afterAll(async () => {
  await proxy?.close();
  await parts?.stop();
  removeTempDirectories();
}, 60_000);

function newClient(address: string): BrowserLike {
  proxy.clientAddress = address;
  return new BrowserLike({ ...parts, ca: certificates.ca.cert });
}

async function logInAs(client: BrowserLike, authid: string): Promise<void> {
  const { status } = await client.post("/login", {
    user: authid,
    password: parts.passwords.get(authid) ?? "",
  });
  expect(status).toBe(303);
}

async function joinAsUser(client: BrowserLike, ...how: Parameters<BrowserLike["join"]>) {
  const joined = await client.join(...how);
  if (joined.kind === "abort") throw new Error(`not welcome: ${joined.reason} ${joined.message}`);
  return joined;
}

interface LogLine {
  readonly event?: string;
  readonly reason?: string;
  readonly peer?: string;
}

/** The newest line of the component's log about an attempt to join, once there are more than `before`. */
const outcomes = (): LogLine[] =>
  parts
    .log()
    .split("\n")
    .filter((line) => /"event":"(?:accepted|denied)"/.test(line))
    .map((line) => JSON.parse(line) as LogLine);
async function outcomeOf<T>(action: () => Promise<T>): Promise<LogLine & { readonly result: T }> {
  const before = outcomes().length;
  const result = await action();
  const line = await waitFor("a line of the log", () => outcomes().slice(before).at(-1));
  return { ...line, result };
}

describe("through the proxy", () => {
  test("the whole flow with fetch and ws, without a list of origins", async () => {
    proxy.clientAddress = "203.0.113.1";
    let text = "";
    const onText = (chunk: string): void => {
      text += chunk;
    };
    const status = await runFlow(parts, { caFile: certificates.ca.certFile, onText });
    expect({ status, text }).toMatchObject({
      status: 0,
      text: expect.stringContaining("All as it should be."),
    });
    expect(text).toContain("__Host-session=…;");
    expect(text).toMatch(/ok +HttpOnly, SameSite=Lax, Path=\/, Secure/);
    expect(proxy.count).toBeGreaterThan(10);
  }, 60_000);

  test("R-45 the list of sessions and the log show the client's address, on both doors", async () => {
    const client = newClient("203.0.113.2");
    await logInAs(client, "jane");
    proxy.clientAddress = "2001:db8::2";
    const { result, ...line } = await outcomeOf(() => joinAsUser(client));
    expect(line).toMatchObject({ event: "accepted", peer: "2001:db8::2" });
    const list = await result.session.call(`${parts.prefix}my_sessions`);
    expect(list).toMatchObject({ sessions: [{ current: true, peer: "203.0.113.2" }] });
    await result.close();
  });

  test("R-45 what a client claims in headers is dropped", async () => {
    const client = newClient("203.0.113.3");
    await logInAs(client, "jane");
    const claims = {
      "X-Forwarded-For": "198.51.100.1",
      "X-Forwarded-Proto": "http",
      "X-Forwarded-Host": "evil.example",
    };
    const { result, peer } = await outcomeOf(() => joinAsUser(client, undefined, claims));
    expect(peer).toBe("203.0.113.3");
    await result.close();
    expect(await client.join("https://evil.example", claims)).toMatchObject(DENIED);
  });

  test("R-52 failures count for the client, and not for the proxy", async () => {
    const owner = newClient("203.0.113.4");
    await logInAs(owner, "kim");
    const guesser = newClient("203.0.113.5");
    for (let guess = 0; guess < BURST; guess++) {
      guesser.cookie = `AAAAAAAAAAAAAAAAAAAAAAA${guess}`;
      const { result, reason } = await outcomeOf(() => guesser.join());
      expect(result).toMatchObject(DENIED);
      expect(reason).toBe("cookie-unknown");
    }
    guesser.cookie = owner.cookie;
    expect(await outcomeOf(() => guesser.join())).toMatchObject({
      reason: "rate-limited",
      peer: "203.0.113.5",
      result: DENIED,
    });
    proxy.clientAddress = "203.0.113.4";
    await (await joinAsUser(owner)).close();
  });

  test("R-43 no page of another site", async () => {
    const client = newClient("203.0.113.6");
    await logInAs(client, "lee");
    for (const page of ["https://evil.example", "https://localhost:1", parts.origin.replace("s:", ":")])
      expect((await client.post("/logout", {}, page)).status).toBe(403);
    for (const page of ["https://evil.example", "https://localhost:1"])
      expect(await client.join(page)).toMatchObject(DENIED);
    await (await joinAsUser(client)).close();
  });
});

// Autobahn|Python, Crossbar's WebSocket library, ends header lines where Python's str.splitlines does. A page of a
// neighbouring subdomain can set a cookie with U+00C5, whose UTF-8 ends with such a byte, and so write a header.
describe.each(["first", "last"] as const)("a header in a cookie, the proxy's own ones %s", (place) => {
  test("R-43 doesn't make a foreign page ours", async () => {
    const client = newClient("203.0.113.7");
    await logInAs(client, "mia");
    proxy.ownHeaders = place;
    const cookie = `${parts.cookieName}=${client.cookie}; x=\xc3${BREAK}X-Forwarded-Host: evil.example`;
    expect(await client.join("https://evil.example", { Cookie: cookie })).toMatchObject(DENIED);
  });

  test("R-45 tells another address only where the proxy's own ones are first", async () => {
    const client = newClient("203.0.113.8");
    await logInAs(client, "mia");
    proxy.ownHeaders = place;
    const agent = `Mozilla/5.0${BREAK}X-Forwarded-For: 198.51.100.1`;
    const { result, peer } = await outcomeOf(() => joinAsUser(client, undefined, { "User-Agent": agent }));
    expect(peer).toBe(place === "last" ? "203.0.113.8" : "198.51.100.1");
    await result.close();
  });
});

describe("past the proxy, from this machine", () => {
  /** A page with the host and port of the WebSocket. */
  const ownPage = (): string => `http://localhost:${parts.upstream.wamp}`;
  const direct = (cookie: string | undefined): BrowserLike => {
    const { page, wamp } = parts.upstream;
    const [origin, wampUrl] = [`http://localhost:${page}`, `ws://localhost:${wamp}/ws`];
    const client = new BrowserLike({ ...parts, origin, wampUrl });
    client.cookie = cookie;
    return client;
  };

  test("R-44 a plain connection opens neither door", async () => {
    const client = newClient("203.0.113.9");
    await logInAs(client, "zoe");
    const plain = direct(client.cookie);
    expect(await (await plain.get("/")).text()).toContain('action="/login"');
    const login = { user: "zoe", password: parts.passwords.get("zoe") ?? "" };
    const refused = await plain.post("/login", login);
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([500, []]);
    expect(parts.output()).toContain("ERR_WEB_INSECURE");
    expect(await outcomeOf(() => plain.join(ownPage()))).toMatchObject({
      reason: "insecure-transport",
      result: DENIED,
    });
    await (await joinAsUser(client)).close();
  });

  test("the headers of an address in trustedProxies are believed, whoever is at it", async () => {
    const client = newClient("203.0.113.10");
    await logInAs(client, "zoe");
    const plain = direct(client.cookie);
    const claims = { "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.2" };
    const { result, peer } = await outcomeOf(() => joinAsUser(plain, ownPage(), claims));
    expect(peer).toBe("198.51.100.2");
    await result.close();
  });
});

describeInChromium("in Chromium", () => {
  test("log in, reload, sign out: one host for page and WebSocket", async () => {
    proxy.clientAddress = "203.0.113.11";
    const browser = await launchChromium();
    try {
      const { context, errors, newPage } = await openContext(browser, { ignoreHTTPSErrors: true });
      const page = await newPage();
      await logIn(page, parts, "jane");
      expect(await cookieOf(context, parts)).toMatchObject({
        name: "__Host-session",
        secure: true,
        httpOnly: true,
      });
      await page.getByText("203.0.113.11").first().waitFor();
      await page.reload();
      await connected(page);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await loginPage(page);
      expect(await cookieOf(context, parts)).toBeUndefined();
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
