// Cookies of real logins on a real Crossbar, presented to the real component: welcomes, denials, faults, and deaths.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { AuthenticatorOptions } from "../../src/authenticator/create-authenticator.js";
import {
  type Cookie,
  type CookieFields,
  type CookieStore,
  createAuthenticator,
  initCookieStore,
  makeCookieValue,
} from "../../src/index.js";
import { createService, type Service } from "../../src/service/service.js";
import { holdReader } from "../support/authenticator-held.js";
import { type AuthenticatorProcess, startAuthenticatorProcess } from "../support/authenticator-process.js";
import { type AuthenticatorSwitch, createAuthenticatorSwitch } from "../support/authenticator-switch.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import {
  type Frame,
  type FrameJoin,
  type FrameJoinOptions,
  joinAndVanish,
  joinFrames,
  logIn,
} from "../support/crossbar-cookie-client.js";
import {
  COMPONENT_TICKET,
  COOKIE_MAX_AGE_SECONDS,
  type CookieNodePorts,
  cookieNode,
  crossbarMissing,
  INTRUDER_TICKET,
  OTHER_PROCEDURE,
  OTHER_REALM,
  PROCEDURE,
  REALM,
  USER_ROLE,
  USERS,
  VISITOR_ROLE,
} from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { openStoreInFormat } from "../support/store-in-format.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

/** The one frame that every denied client gets, and the one for every fault of ours. */
const DENIED: Frame = [3, { message: "authentication failed" }, "wamp.error.authentication_failed"];
const UNAVAILABLE: Frame = [
  3,
  { message: "authentication is not available at the moment, try again later" },
  "wamp.error.unavailable",
];

describe.each(["0.9", "1.0"] as const)("with a database in LMDB %s format", (format) => {
  describeUnless(crossbarMissing(), "on a real Crossbar", () => {
    /** Every cookie value and ticket of the run: none may be in the component's log. */
    const secrets = new Set<string>();
    const log: CollectedLog = collectLog("trace");
    const processes: AuthenticatorProcess[] = [];
    let directory: string;
    let cookies: string;
    let ports: CookieNodePorts;
    let nodeConfig: object;
    let crossbar: Crossbar;
    let store: CookieStore;
    let service: Service;
    let current: AuthenticatorSwitch;
    /** The cookie of a real login. */
    let joe: string;

    const urlOf = (transport: keyof CookieNodePorts): string => `ws://127.0.0.1:${ports[transport]}`;
    const componentLogin = { method: "ticket", authid: "component", secret: COMPONENT_TICKET } as const;

    async function logInAs(authid: keyof typeof USERS): Promise<string> {
      const value = await logIn(urlOf("login"), REALM, authid, USERS[authid]);
      secrets.add(value);
      return value;
    }

    /** Joins by our authenticator, and is gone again. */
    async function present(options: Partial<FrameJoinOptions>): Promise<FrameJoin> {
      if (typeof options.ticket === "string" && options.ticket.length >= 6) secrets.add(options.ticket);
      const joined = await joinFrames({ url: urlOf("client"), realm: REALM, ...options });
      await joined.leave();
      return joined;
    }

    const inHeader = (value: string, more: Record<string, string> = {}) => ({
      headers: { Cookie: `theme=dark; cbtid=${value}`, ...more },
    });

    /** Answers the next calls with these rules, or this reader, or this clock. */
    function use(changes: Partial<AuthenticatorOptions>): void {
      current.use(createAuthenticator({ reader: store.reader, log: log.log, ...changes }));
    }

    /** A record that an application could have stored, or Crossbar with another configuration. */
    async function put(changes: Partial<CookieFields>): Promise<string> {
      const value = makeCookieValue();
      secrets.add(value);
      await store.writer.write((transaction) =>
        transaction.put({
          oid: crypto.randomUUID(),
          createdNs: BigInt(Date.now()) * 1_000_000n,
          maxAgeSeconds: COOKIE_MAX_AGE_SECONDS,
          name: "cbtid",
          value,
          authid: "joe",
          authrole: USER_ROLE,
          authmethod: "wampcra",
          authrealm: REALM,
          ...changes,
        }),
      );
      return value;
    }

    const find = (value: string) => store.reader.findByValue(value) as Cookie | undefined;

    /** The log lines of what `act` does. */
    async function linesOf(act: () => Promise<unknown>): Promise<readonly Record<string, unknown>[]> {
      const before = log.lines().length;
      await act();
      return log.lines().slice(before);
    }

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "wca-authenticate-"));
      cookies = join(directory, "cookies");
      // Without a database Crossbar makes its own, in format 1.0.
      if (format === "0.9") await initCookieStore(cookies);
      const [component = 0, login = 0, client = 0, other = 0, trap = 0] = await freePorts(5);
      ports = { component, login, client, other, trap };
      nodeConfig = cookieNode(ports, cookies);
      crossbar = await startCrossbar({ nodeConfig, directory });
      store = await openStoreInFormat(cookies, format);
      expect(await store.reader.info()).toMatchObject({ format });
      current = createAuthenticatorSwitch(createAuthenticator({ reader: store.reader, log: log.log }));
      service = createService({
        config: { routers: [routerConfig(component, { login: componentLogin })], health: undefined },
        authenticator: current.authenticator,
        reader: store.reader,
        log: log.log,
      });
      await service.start();
      await registered();
      joe = await logInAs("joe");
    }, 120_000);

    beforeEach(() => use({}));

    afterAll(async () => {
      await Promise.all(processes.map((one) => one.kill()));
      await service?.stop();
      await store?.close();
      await crossbar?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    const registered = () =>
      waitFor(
        "the registration",
        () => service.status().routers.every((router) => router.registered),
        60_000,
      );

    describe("the cookie of a WAMP-CRA login is welcomed", () => {
      const welcome = {
        realm: REALM,
        authid: "joe",
        authrole: USER_ROLE,
        authprovider: "dynamic",
      };

      test("as a ticket", async () => {
        const joined = await present({ ticket: joe });
        expect(joined).toMatchObject({ kind: "welcome", details: { ...welcome, authmethod: "ticket" } });
      });

      test("as a ticket with its authid", async () => {
        const joined = await present({ ticket: joe, authid: "joe" });
        expect(joined).toMatchObject({ kind: "welcome", details: welcome });
      });

      test("as a Cookie header; the authmethod is the transport's", async () => {
        const joined = await present(inHeader(joe));
        expect(joined).toMatchObject({ kind: "welcome", details: { ...welcome, authmethod: "anonymous" } });
      });

      test("R-40 as a Cookie header full of other things", async () => {
        const rubbish = 'a="b; {json: [1]}; =x; cbtid2=y; expires=Wed, 21 Oct 2015 07:28:00 GMT';
        const joined = await present({ headers: { Cookie: `${rubbish}; cbtid=${joe}; ${rubbish}` } });
        expect(joined).toMatchObject({ kind: "welcome", details: welcome });
      });

      test("R-43 from a page of the same host", async () => {
        const joined = await present(inHeader(joe, { Origin: `http://127.0.0.1:${ports.client}` }));
        expect(joined).toMatchObject({ kind: "welcome", details: welcome });
      });

      test("with a clock at its very last moment (R-10)", async () => {
        const endNs = (find(joe)?.createdNs ?? 0n) + BigInt(COOKIE_MAX_AGE_SECONDS) * 1_000_000_000n;
        use({ nowNs: () => endNs - 1n });
        expect(await present({ ticket: joe })).toMatchObject({ kind: "welcome" });
      });

      test("with its authextra, and Crossbar's four keys added; Crossbar sets no cookie", async () => {
        const value = await put({ authextra: { theme: "dark", groups: ["a", { b: null }], n: 1.5 } });
        const joined = await present({ ticket: value, authextra: { theme: "the client's word" } });
        expect(joined.details.authextra).toEqual({
          theme: "dark",
          groups: ["a", { b: null }],
          n: 1.5,
          cookie_oid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          x_cb_node: expect.any(String),
          x_cb_worker: "worker001",
          x_cb_peer: expect.stringMatching(/^tcp4:127\.0\.0\.1:/),
          x_cb_pid: expect.any(Number),
        });
        expect(joined.setCookie).toBeUndefined();
      });

      test("to many clients at once, each as its own user", async () => {
        const jane = await logInAs("jane");
        const values = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? joe : jane));
        const joins = await Promise.all(values.map((ticket) => present({ ticket })));
        expect(joins.map(({ details }) => details.authid)).toEqual(
          values.map((value) => (value === joe ? "joe" : "jane")),
        );
      });

      test("the database is left as it was: a join writes nothing", async () => {
        const before = store.reader.info();
        await present({ ticket: joe });
        await present(inHeader(joe));
        await present({ ticket: "unknown-value" });
        expect(store.reader.info()).toEqual(before);
      });
    });

    describe("R-05 every denied client gets the same ABORT; the log says why", () => {
      let tracking: string;
      let expired: string;
      let trusted: string;
      let bytes: string;
      let unnamed: string;

      beforeAll(async () => {
        // A visitor who never logs in: the handshake alone makes a record.
        const visit = await joinFrames({ url: urlOf("login"), realm: REALM });
        await visit.leave();
        tracking = visit.setCookie ?? "";
        secrets.add(tracking);
        const longAgoNs = BigInt(Date.now() - COOKIE_MAX_AGE_SECONDS * 1000 - 1000) * 1_000_000n;
        expired = await put({ createdNs: longAgoNs });
        trusted = await put({ authrole: "trusted" });
        bytes = await put({ authextra: { key: new Uint8Array([1]) } });
        unnamed = makeCookieValue();
      });

      test.each<[string, string, () => Partial<FrameJoinOptions>]>([
        ["an unknown ticket", "cookie-unknown", () => ({ ticket: unnamed })],
        ["an unknown cookie", "cookie-unknown", () => inHeader(unnamed)],
        ["a malformed ticket", "value-malformed", () => ({ ticket: `${joe}"` })],
        ["an empty ticket", "value-malformed", () => ({ ticket: "" })],
        ["a ticket of 1,000 characters", "value-malformed", () => ({ ticket: "a".repeat(1000) })],
        ["a ticket with a line break", "value-malformed", () => ({ ticket: `${joe}\nx` })],
        ["no cookie", "no-cookie", () => ({})],
        ["no cookie of our name", "no-cookie", () => ({ headers: { Cookie: `sid=${joe}` } })],
        [
          "R-40 an ambiguous header",
          "cookie-ambiguous",
          () => ({ headers: { Cookie: `cbtid=${joe}; cbtid=${unnamed}` } }),
        ],
        [
          "R-40 an ambiguous header, the other way round",
          "cookie-ambiguous",
          () => ({ headers: { Cookie: `cbtid=${unnamed}; cbtid=${joe}` } }),
        ],
        ["R-10 an expired cookie", "cookie-expired", () => ({ ticket: expired })],
        ["R-10 an expired cookie in the header", "cookie-expired", () => inHeader(expired)],
        ["a cookie that nobody logged in with", "cookie-unauthenticated", () => ({ ticket: tracking })],
        ["R-32 another realm", "realm-mismatch", () => ({ ticket: joe, realm: OTHER_REALM })],
        ["R-32 a realm that doesn't exist", "realm-mismatch", () => ({ ticket: joe, realm: "nowhere" })],
        ["another authid", "authid-mismatch", () => ({ ticket: joe, authid: "jane" })],
        ["R-32 the role trusted", "role-not-allowed", () => ({ ticket: trusted })],
        ["authextra that not every client can be sent", "extra-not-encodable", () => ({ ticket: bytes })],
        ["R-43 a foreign page", "origin-not-allowed", () => inHeader(joe, { Origin: "https://evil.org" })],
        [
          "R-43 a foreign page with a ticket",
          "origin-not-allowed",
          () => ({
            ticket: joe,
            headers: { Origin: "https://evil.org" },
          }),
        ],
        ["R-43 a sandboxed page", "origin-not-allowed", () => inHeader(joe, { Origin: "null" })],
      ])("%s: %s", async (_name, reason, options) => {
        let joined: FrameJoin | undefined;
        const lines = await linesOf(async () => {
          joined = await present(options());
        });
        expect(joined?.frame).toEqual(DENIED);
        expect(joined?.setCookie).toBeUndefined();
        expect(lines).toEqual([
          expect.objectContaining({ level: "info", event: "denied", reason, callerRole: "trusted" }),
        ]);
      });

      test("R-10 a cookie whose time is over by our clock", async () => {
        const endNs = (find(joe)?.createdNs ?? 0n) + BigInt(COOKIE_MAX_AGE_SECONDS) * 1_000_000_000n;
        use({ nowNs: () => endNs });
        expect((await present({ ticket: joe })).frame).toEqual(DENIED);
      });

      test("R-22 a cookie that was deleted a moment ago", async () => {
        const value = await put({});
        expect(await present({ ticket: value })).toMatchObject({ kind: "welcome" });
        await store.writer.write((transaction) => transaction.delete(find(value)?.oid ?? ""));
        expect((await present({ ticket: value })).frame).toEqual(DENIED);
      });

      test.each<[string, unknown]>([
        ["a number", 5],
        ["a list", ["x"]],
        ["null", null],
      ])(
        "a ticket that is %s is no WAMP message: Crossbar itself hangs up, we see no call",
        async (_name, ticket) => {
          let joined: FrameJoin | undefined;
          const lines = await linesOf(async () => {
            joined = await present({ ticket });
          });
          expect(joined?.kind).not.toBe("welcome");
          expect(lines).toEqual([]);
        },
      );
    });

    describe("what the configuration allows", () => {
      test("redirect: the client is welcomed to the cookie's realm", async () => {
        use({ policy: { realm: "redirect" } });
        const joined = await present({ ticket: joe, realm: OTHER_REALM });
        expect(joined).toMatchObject({ kind: "welcome", details: { realm: REALM, authid: "joe" } });
      });

      test("redirect the other way round, and from a realm that doesn't exist", async () => {
        use({ policy: { realm: "redirect" } });
        const value = await put({ authrealm: OTHER_REALM, authid: "jane" });
        for (const realm of [REALM, "nowhere"]) {
          const joined = await present({ ...inHeader(value), realm });
          expect(joined).toMatchObject({ kind: "welcome", details: { realm: OTHER_REALM, authid: "jane" } });
        }
      });

      test("anonymousRole: visitors join, with the authid that the router made up", async () => {
        use({ policy: { anonymousRole: VISITOR_ROLE } });
        for (const options of [{}, inHeader(makeCookieValue()), inHeader("a b")]) {
          const joined = await present(options);
          expect(joined).toMatchObject({
            kind: "welcome",
            details: {
              realm: REALM,
              authrole: VISITOR_ROLE,
              authid: expect.stringMatching(/^(\w{4}-){5}\w{4}$/),
            },
          });
        }
        expect(await present(inHeader(joe))).toMatchObject({
          details: { authid: "joe", authrole: USER_ROLE },
        });
      });

      test("anonymousRole: tickets, ambiguous headers and foreign pages stay out", async () => {
        use({ policy: { anonymousRole: VISITOR_ROLE } });
        for (const options of [
          { ticket: makeCookieValue() },
          { headers: { Cookie: `cbtid=${joe}; cbtid=x` } },
          { headers: { Origin: "https://evil.org" } },
        ]) {
          expect((await present(options)).frame).toEqual(DENIED);
        }
      });

      test("authextraKeys: the client is told only those", async () => {
        use({ policy: { authextraKeys: ["theme"] } });
        const value = await put({ authextra: { theme: "dark", internal: "x" } });
        const { details } = await present({ ticket: value });
        expect(details.authextra).toMatchObject({ theme: "dark" });
        expect(details.authextra).not.toHaveProperty("internal");
      });

      test("R-32 allowTrustedRole, in so many words", async () => {
        use({ policy: { allowTrustedRole: true } });
        const value = await put({ authrole: "trusted" });
        expect(await present({ ticket: value })).toMatchObject({
          kind: "welcome",
          details: { authrole: "trusted" },
        });
      });
    });

    test.each<[string, Partial<CookieFields>, Frame]>([
      [
        "realm",
        { authrealm: "nowhere" },
        [3, { message: 'no realm "nowhere" exists on this router' }, "wamp.error.no_such_realm"],
      ],
      [
        "role",
        { authrole: "ghost" },
        [3, { message: 'realm "realm1" has no role "ghost"' }, "wamp.error.no_such_role"],
      ],
    ])(
      "a good cookie of a %s that the router doesn't have: Crossbar's own ABORT",
      async (_name, changes, abort) => {
        const value = await put(changes);
        const joined = await present({ ticket: value, realm: changes.authrealm ?? REALM });
        expect(joined.frame).toEqual(abort);
      },
    );

    test("a client that may call the procedure is denied: it isn't the router", async () => {
      const intruder = await joinAs({
        url: urlOf("component"),
        realm: REALM,
        authid: "intruder",
        ticket: INTRUDER_TICKET,
      });
      if (intruder.kind !== "welcome") throw new Error(intruder.reason);
      const details = { authmethod: "ticket", ticket: joe, transport: {} };
      const lines = await linesOf(async () => {
        await expect(intruder.session.call(PROCEDURE, [REALM, "joe", details])).rejects.toMatchObject({
          error: DENIED[2],
          args: ["authentication failed"],
        });
      });
      await intruder.close();
      expect(lines).toEqual([
        expect.objectContaining({
          reason: "caller-not-allowed",
          callerRole: "intruder",
          detail: "role intruder",
        }),
      ]);
    });

    describe("R-50, R-53 faults: a constant ABORT that differs from a denial", () => {
      test("a reader that never answers: within the deadline", async () => {
        use({ reader: holdReader(store.reader).reader, policy: { deadlineMs: 300 } });
        let joined: FrameJoin | undefined;
        const begin = performance.now();
        const lines = await linesOf(async () => {
          joined = await present({ ticket: joe });
        });
        expect(joined?.frame).toEqual(UNAVAILABLE);
        expect(performance.now() - begin).toBeGreaterThanOrEqual(290);
        expect(lines).toEqual([
          expect.objectContaining({ level: "error", code: "ERR_AUTHENTICATE_TIMEOUT" }),
        ]);
      });

      test("a late answer is dropped; the next client isn't given it", async () => {
        const held = holdReader(store.reader);
        use({ reader: held.reader, policy: { deadlineMs: 100 } });
        expect((await present({ ticket: joe })).frame).toEqual(UNAVAILABLE);
        held.release();
        expect((await present({ ticket: makeCookieValue() })).frame).toEqual(DENIED);
        expect(await present({ ticket: joe })).toMatchObject({ kind: "welcome" });
      });

      test("a closed store; opened again, clients are welcomed", async () => {
        await store.close();
        let joined: FrameJoin | undefined;
        const lines = await linesOf(async () => {
          joined = await present({ ticket: joe });
        });
        expect(joined?.frame).toEqual(UNAVAILABLE);
        expect(lines).toEqual([expect.objectContaining({ event: "fault", code: "ERR_STORE_CLOSED" })]);
        // Without a credential no store is needed to refuse.
        expect((await present({})).frame).toEqual(DENIED);
        store = await openStoreInFormat(cookies, format);
        use({});
        expect(await present({ ticket: joe })).toMatchObject({ kind: "welcome" });
      });

      test("more calls in flight than allowed: the others at once, and those in flight go on", async () => {
        const held = holdReader(store.reader);
        use({ reader: held.reader, policy: { maxInFlight: 2 } });
        const waiting = [present({ ticket: joe }), present({ ticket: joe })];
        await waitFor("two look-ups", () => held.begun() === 2);
        expect((await present({ ticket: joe })).frame).toEqual(UNAVAILABLE);
        held.release();
        for (const joined of await Promise.all(waiting)) expect(joined.kind).toBe("welcome");
      });
    });

    test("clients that are gone in the middle of their authentication do no harm", async () => {
      const held = holdReader(store.reader);
      use({ reader: held.reader });
      const options = { url: urlOf("client"), realm: REALM, ticket: joe };
      const lines = await linesOf(async () => {
        await Promise.all(
          Array.from({ length: 5 }, () =>
            joinAndVanish(options, () => waitFor("five look-ups", () => held.begun() === 5)),
          ),
        );
        held.release();
        expect(await present({ ticket: joe })).toMatchObject({ kind: "welcome" });
      });
      expect(lines.filter(({ event }) => event === "accepted")).toHaveLength(6);
      expect(lines.filter(({ level }) => level !== "debug")).toEqual([]);
      expect(service.status().callsInFlight).toBe(0);
    });

    describe("the trap: cookie tracking on the authenticator's own transport", () => {
      test("a ticket makes Crossbar issue a NEW cookie with the user's identity", async () => {
        const joined = await present({ url: urlOf("trap"), ticket: joe });
        expect(joined.kind).toBe("welcome");
        const issued = joined.setCookie ?? "";
        secrets.add(issued);
        expect(issued).not.toBe(joe);
        expect(find(issued)).toMatchObject({ authid: "joe", authrole: USER_ROLE, authmethod: "ticket" });
        // It outlives the end of the first, and its time begins anew.
        expect(find(issued)?.createdNs).toBeGreaterThan(find(joe)?.createdNs ?? 0n);
        expect(await present({ ticket: issued })).toMatchObject({
          kind: "welcome",
          details: { authid: "joe" },
        });
      });

      test("what we filter from authextra is lost in the database", async () => {
        use({ policy: { authextraKeys: ["theme"] } });
        const value = await put({ authextra: { theme: "dark", internal: "x" } });
        const joined = await present({ url: urlOf("trap"), ticket: value, ...inHeader(value) });
        expect(joined.kind).toBe("welcome");
        expect(joined.setCookie).toBeUndefined();
        const stored = await waitFor("setAuth", () => {
          const authextra = find(value)?.authextra;
          return authextra !== undefined && !("internal" in authextra) && authextra;
        });
        expect(stored).toMatchObject({ theme: "dark", x_cb_worker: "worker001" });
      });
    });

    test("kill -9 of the component: its clients get an ABORT meanwhile, and are welcomed by the next process", async () => {
      const router = routerConfig(ports.component, { login: componentLogin, procedure: OTHER_PROCEDURE });
      const start = async (): Promise<AuthenticatorProcess> => {
        const started = await startAuthenticatorProcess({ cookies, router });
        processes.push(started);
        return started;
      };
      const first = await start();
      expect(await present({ url: urlOf("other"), ticket: joe })).toMatchObject({
        kind: "welcome",
        details: { authid: "joe" },
      });
      await first.kill();
      const orphan = await waitFor("the router to notice", async () => {
        const joined = await present({ url: urlOf("other"), ticket: joe });
        return joined.frame[2] === "wamp.error.no_such_procedure" && joined;
      });
      expect(orphan.kind).toBe("abort");
      // Its reader slot is left behind in lock.mdb: neither we nor Crossbar nor the next process stumble over it.
      const value = await logInAs("jane");
      expect(await present({ ticket: value })).toMatchObject({
        kind: "welcome",
        details: { authid: "jane" },
      });
      await start();
      expect(await present({ url: urlOf("other"), ticket: value })).toMatchObject({
        kind: "welcome",
        details: { authid: "jane" },
      });
      expect((await present({ url: urlOf("other"), ticket: makeCookieValue() })).frame).toEqual(DENIED);
    }, 90_000);

    test("SIGKILL of the router: after its restart clients are welcomed again, with the cookies of before", async () => {
      await crossbar.kill("SIGKILL");
      await waitFor("the loss of the link", () =>
        service.status().routers.some((router) => !router.registered),
      );
      crossbar = await startCrossbar({ nodeConfig, directory });
      await registered();
      expect(await present({ ticket: joe })).toMatchObject({ kind: "welcome", details: { authid: "joe" } });
      const value = await logInAs("jane");
      expect(await present(inHeader(value))).toMatchObject({ kind: "welcome", details: { authid: "jane" } });
    }, 120_000);

    test("R-47 no cookie value or ticket of this run is anywhere in the component's log", () => {
      const logs = [log.text(), ...processes.map((one) => one.log())];
      expect(secrets.size).toBeGreaterThan(20);
      expect(log.lines().length).toBeGreaterThan(50);
      for (const text of logs) {
        expect(text).not.toBe("");
        for (const secret of secrets) expect(text.includes(secret)).toBe(false);
      }
    });
  });
});
