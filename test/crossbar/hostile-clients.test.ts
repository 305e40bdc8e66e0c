// Hostile clients on a real Crossbar: what it lets through to us and what it does itself, and a flood of bad tickets.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { encode } from "cborg";
import { initCookieStore } from "../../src/index.js";
import { type HostileEnd, type HostileJoin, joinHostile } from "../support/authenticator-hostile-client.js";
import { type AuthenticatorProcess, startAuthenticatorProcess } from "../support/authenticator-process.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { logIn } from "../support/crossbar-cookie-client.js";
import {
  COMPONENT_TICKET,
  type CookieNodePorts,
  cookieNode,
  crossbarMissing,
  REALM,
  USERS,
} from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";

const MIB = 1024 * 1024;
const ABORT = '[3,{"message":"authentication failed"},"wamp.error.authentication_failed"]';

/** HELLO as JSON; `authextra` is JSON text too, since it may be deeper than `JSON.stringify` can write. */
const hello = (method: "ticket" | "anonymous", authextra = "{}"): string =>
  `[1,"${REALM}",{"roles":{"caller":{}},"authmethods":["${method}"],"authextra":${authextra}}]`;
/** AUTHENTICATE whose signature is this JSON text. */
const authenticate = (ticket: string): string => `[5,${ticket},{}]`;
const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join("");

describeUnless(crossbarMissing(), "hostile clients on a real Crossbar", () => {
  let directory: string;
  let cookies: string;
  let ports: CookieNodePorts;
  let crossbar: Crossbar;
  /** The cookie of a real login. */
  let joe: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-hostile-"));
    cookies = join(directory, "cookies");
    await initCookieStore(cookies);
    const [component = 0, login = 0, client = 0, other = 0, trap = 0] = await freePorts(5);
    ports = { component, login, client, other, trap };
    crossbar = await startCrossbar({ nodeConfig: cookieNode(ports, cookies), directory });
    joe = await logIn(`ws://127.0.0.1:${login}`, REALM, "joe", USERS.joe);
  }, 120_000);

  afterAll(async () => {
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  describe.each(["cbor", "json"] as const)("the component speaks %s", (serializer) => {
    let component: AuthenticatorProcess;

    beforeAll(async () => {
      const login = { method: "ticket", authid: "component", secret: COMPONENT_TICKET } as const;
      const router = routerConfig(ports.component, { serializers: [serializer], login });
      component = await startAuthenticatorProcess({ cookies, router });
    }, 60_000);

    afterAll(() => component?.kill());

    const logLines = (): Record<string, unknown>[] =>
      component
        .log()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    /** The reasons of all denials so far. */
    const reasons = (): unknown[] =>
      logLines()
        .filter(({ event }) => event === "denied")
        .map(({ reason }) => reason);
    const attempt = (options: Partial<HostileJoin>): Promise<HostileEnd> =>
      joinHostile({ port: ports.client, hello: hello("ticket"), ...options });
    const presentGood = (from?: string): Promise<HostileEnd> =>
      attempt({ authenticate: authenticate(`"${joe}"`), ...(from === undefined ? {} : { from }) });

    /** No case may cost us the link to the router, on which all other clients depend. */
    async function expectUnharmed(): Promise<void> {
      expect((await presentGood("127.0.0.2")).kind).toBe("welcome");
      expect(logLines().filter(({ msg }) => msg === "joined the router")).toHaveLength(1);
      expect(logLines().filter(({ level }) => level === "error")).toEqual([]);
    }

    async function expectDenied(options: Partial<HostileJoin>, reason: string): Promise<void> {
      const before = reasons().length;
      const end = await attempt(options);
      expect(end.kind === "abort" ? end.payload.toString() : end).toBe(ABORT);
      await waitFor("the denial's line", () => reasons().length > before);
      expect(reasons().slice(before)).toEqual([reason]);
      await expectUnharmed();
    }

    describe("tickets that Crossbar hands on are denied", () => {
      test.each<[string, () => string]>([
        ["1 MB of text", () => "a".repeat(1_000_000)],
        ["10 MB of text", () => "a".repeat(10_000_000)],
        ["a megabyte of control characters", () => "\u0001".repeat(1_000_000)],
        ["no text", () => ""],
        ["a NUL behind the good one", () => `${joe}\u0000`],
        ["letters beyond ASCII", () => "Zoë漢字👍"],
        ["terminal escapes", () => "\u001b[31m\u009b\u202e"],
      ])("%s", async (_name, ticket) => {
        await expectDenied({ authenticate: authenticate(JSON.stringify(ticket())) }, "value-malformed");
      });
    });

    describe("tickets on which Crossbar hangs up: 1002, a protocol error; we are not asked", () => {
      test.each([
        ["a number", "5"],
        ["a number beyond all bounds", "1e400"],
        ["a list", '["x"]'],
        ["a map", '{"a":1}'],
        ["null", "null"],
        ["true", "true"],
        // In WAMP's JSON a text that begins with NUL stands for bytes in base64, and a ticket may not be bytes.
        ["bytes", '"\\u0000AAEC"'],
        ["bytes that are no base64", '"\\u0000!!"'],
      ])("%s", async (_name, ticket) => {
        const before = reasons().length;
        expect(await attempt({ authenticate: authenticate(ticket) })).toEqual({ kind: "closed", code: 1002 });
        await expectUnharmed();
        expect(reasons()).toHaveLength(before);
      });

      test("bytes and broken text from a CBOR client", async () => {
        const details = { roles: { caller: {} }, authmethods: ["ticket"] };
        const cbor = { serializer: "cbor", hello: Buffer.from(encode([1, REALM, details])) } as const;
        for (const ticket of ["43000102", "62fffe", "63eda080"]) {
          const message = Buffer.from(`8305${ticket}a0`, "hex");
          expect(await attempt({ ...cbor, authenticate: message })).toEqual({ kind: "closed", code: 1002 });
        }
        await expectUnharmed();
      });

      test("text that isn't UTF-8: 1007", async () => {
        const message = Buffer.from(authenticate('"\xff\xfe\xc0"'), "latin1");
        expect(await attempt({ authenticate: message })).toEqual({ kind: "closed", code: 1007 });
        await expectUnharmed();
      });
    });

    test("a lone surrogate: Crossbar can't encode its call, and its client waits for ever", async () => {
      for (const ticket of ['"\\ud800"', '"a\\udc00b"']) {
        const end = await attempt({ authenticate: authenticate(ticket), timeoutMs: 500 });
        expect(end).toEqual({ kind: "silence" });
      }
      await expectUnharmed();
    });

    describe("Cookie headers", () => {
      // Crossbar joins headers of one name with a comma, which no cookie value may have. A browser sends one.
      test.each<[string, () => string, string]>([
        [
          "1,000 headers, ours last",
          () => `${lines(999, (n) => `Cookie: c${n}=v\r\n`)}Cookie: cbtid=${joe}\r\n`,
          "no-cookie",
        ],
        [
          "1,000 headers, ours first",
          () => `Cookie: cbtid=${joe}\r\n${lines(999, (n) => `Cookie: c${n}=v\r\n`)}`,
          "value-malformed",
        ],
        [
          "1,000 headers, each with ours",
          () => lines(1000, () => `Cookie: cbtid=${joe}\r\n`),
          "value-malformed",
        ],
        [
          "1,000 values of ours in one header",
          () => `Cookie: ${lines(1000, (n) => `cbtid=v${n}; `)}\r\n`,
          "cookie-ambiguous",
        ],
        // Crossbar's handshake knows no limit; ours is 64 KiB.
        ["1 MB", () => `Cookie: x=${"y".repeat(1_000_000)}; cbtid=${joe}\r\n`, "no-cookie"],
        ["a high byte in our value", () => `Cookie: cbtid=${joe}\xff\r\n`, "value-malformed"],
        // Long obsolete (RFC 9112, section 5.2): Crossbar takes the second line for a header of its own.
        ["a header on two lines", () => `Cookie:\r\n cbtid=${joe}\r\n`, "no-cookie"],
      ])("%s: denied", async (_name, headers, reason) => {
        await expectDenied({ hello: hello("anonymous"), headers: headers() }, reason);
      });

      test.each<[string, () => string]>([
        [
          "1,000 other cookies before ours",
          () => `Cookie: ${lines(1000, (n) => `c${n}=v${n}; `)}cbtid=${joe}\r\n`,
        ],
        ["odd bytes in another cookie", () => `Cookie: x=\x00\x01\x80\xff\x1b[31m; cbtid=${joe}\r\n`],
        ["odd names of headers", () => `\xff\x00\x1b: x\r\n__proto__: x\r\n: x\r\nCookie: cbtid=${joe}\r\n`],
        ["a line that is no header", () => `rubbish\r\nCookie: cbtid=${joe}\r\n`],
        ["10,000 other headers", () => `${lines(10_000, (n) => `X-${n}: v\r\n`)}Cookie: cbtid=${joe}\r\n`],
      ])("%s: the good cookie is found", async (_name, headers) => {
        expect((await attempt({ hello: hello("anonymous"), headers: headers() })).kind).toBe("welcome");
        await expectUnharmed();
      });
    });

    test.each([
      ["with odd bytes", "http://\xff\x00\x1b"],
      ["of 1 MB", `http://${"a".repeat(1_000_000)}`],
    ])("an Origin %s is denied", async (_name, origin) => {
      const headers = `Origin: ${origin}\r\nCookie: cbtid=${joe}\r\n`;
      await expectDenied({ hello: hello("anonymous"), headers }, "origin-not-allowed");
    });

    test("two Origins: Crossbar refuses the handshake", async () => {
      const headers = "Origin: http://127.0.0.1\r\nOrigin: https://evil.org\r\n";
      expect(await attempt({ headers })).toMatchObject({
        kind: "refused",
        status: expect.stringContaining("400"),
      });
      await expectUnharmed();
    });

    // Deeper ones are another matter: at 20,000 levels, 40 KB, Crossbar's own worker ends (26.10.1).
    test.each<[string, string]>([
      ["a list 960 deep", `{"x":${"[".repeat(960)}${"]".repeat(960)}}`],
      ["1 MB of short texts", JSON.stringify({ x: Array.from({ length: 200_000 }, () => "ab") })],
      ["20,000 keys", `{${lines(20_000, (n) => `"k${n}":0,`)}"x":0}`],
    ])("authextra with %s goes through, and is nothing to us", async (_name, authextra) => {
      const headers = `Cookie: cbtid=${joe}\r\n`;
      expect((await attempt({ hello: hello("anonymous", authextra), headers })).kind).toBe("welcome");
      await expectUnharmed();
    });

    test("a flood of 3,000 bad tickets: others join promptly, log and memory are bounded", async () => {
      const before = { log: logLines().length, memory: await component.memory() };
      let flooding = true;
      const flood = Promise.all(
        // Eight at once from each address, each next one as soon as the last is refused.
        Array.from({ length: 24 }, async (_, n) => {
          const from = `127.0.0.${3 + (n % 3)}`;
          for (let round = 0; round < 125; round += 1) {
            const end = await attempt({ from, authenticate: authenticate(`"bad-${n}-${round}"`) });
            expect(end.kind === "abort" ? end.payload.toString() : end).toBe(ABORT);
          }
        }),
      ).finally(() => {
        flooding = false;
      });
      const begin = performance.now();
      const tookMs: number[] = [];
      while (flooding) {
        const start = performance.now();
        expect((await presentGood("127.0.0.2")).kind).toBe("welcome");
        tookMs.push(performance.now() - start);
      }
      await flood;
      const seconds = (performance.now() - begin) / 1000;

      expect(tookMs.length).toBeGreaterThan(5);
      // They share the router's one thread with the flood: a third of a second is what 24 others cost at worst.
      expect(tookMs.toSorted((a, b) => a - b)[tookMs.length >> 1]).toBeLessThan(500);
      // The flooding addresses themselves are refused, good cookie or not, and served again as their tokens return.
      await waitFor("a token", async () => (await presentGood("127.0.0.3")).kind === "welcome");

      const written = logLines()
        .slice(before.log)
        .filter(({ event }) => event !== "accepted");
      expect(written.map(({ reason }) => reason)).toContain("rate-limited");
      // Two reasons, a window of 10 s, 20 lines and a summary in each.
      expect(written.length).toBeLessThanOrEqual(2 * 21 * (Math.floor(seconds / 10) + 2));
      const after = await component.memory();
      expect(after.heapBytes - before.memory.heapBytes).toBeLessThan(8 * MIB);
      expect(after.residentBytes - before.memory.residentBytes).toBeLessThan(64 * MIB);
      await expectUnharmed();
    }, 90_000);

    test("the summary of the flood comes by itself, and its numbers add up", async () => {
      // The last window began in the flood: 10 s at most, with no call that would end it.
      const counted = await waitFor("the summaries", () => {
        const summaries = logLines().filter(({ event }) => event === "denied-repeatedly");
        const more = summaries.reduce((sum, line) => sum + Number(line.more), 0);
        const singly = reasons().filter((one) => one === "cookie-unknown" || one === "rate-limited").length;
        return more + singly >= 3000 && summaries;
      });
      expect(counted).toContainEqual(expect.objectContaining({ reason: "rate-limited", peers: 3 }));
      expect(component.log()).not.toContain("bad-");
      expect(component.log()).not.toContain(joe);
    }, 30_000);
  });
});
