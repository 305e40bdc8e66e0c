// Clients that send what a component may choke on: none may cut the link that all others depend on.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { encode } from "cborg";
import { WebSocket } from "ws";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { cborSerializer } from "../../src/wamp/cbor-serializer.js";
import { jsonSerializer } from "../../src/wamp/json-serializer.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { collectLog } from "../support/crossbar-log.js";
import { crossbarNode, REALM } from "../support/crossbar-node.js";
import { fakeAuthenticator, routerConfig, WELCOME_JOE } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

const MIB = 1024 * 1024;

const log = collectLog();
const seen: unknown[] = [];
let directory: string;
let crossbar: Crossbar;
let componentPort: number;
let clientUrl: string;
let attachment: RouterAttachment;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-hostile-"));
  const [component = 0, client = 0] = await freePorts(2);
  componentPort = component;
  clientUrl = `ws://127.0.0.1:${client}`;
  crossbar = await startCrossbar({
    nodeConfig: crossbarNode({ componentPort, clientPort: client }),
    directory,
  });
}, 120_000);

afterAll(async () => {
  await crossbar?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** What the router answers to HELLO: `welcome`, another message, `closed`, or `silence`. */
function hello(protocol: "cbor" | "json", frame: Buffer | string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(clientUrl, [`wamp.2.${protocol}`]);
    const timer = setTimeout(() => end("silence"), 1000);
    const end = (result: string): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(result);
    };
    socket.once("open", () => socket.send(frame));
    socket.once("message", (data: Buffer) => {
      const [type] = (protocol === "json" ? jsonSerializer : cborSerializer).unserialize(data) as unknown[];
      end(type === 2 ? "welcome" : `message ${type}`);
    });
    socket.once("close", (code) => end(`closed ${code}`));
    socket.on("error", () => {});
  });
}

/** HELLO by the anonymous method, whose authextra.x is these CBOR bytes. */
function cborHello(extra: string): Buffer {
  const details = { roles: { caller: {} }, authmethods: ["anonymous"], authextra: { x: "MARK" } };
  const text = Buffer.from(encode([1, REALM, details])).toString("hex");
  return Buffer.from(text.replace(Buffer.from(encode("MARK")).toString("hex"), extra), "hex");
}

function jsonHello(extra: string): string {
  const details = { roles: { caller: {} }, authmethods: ["anonymous"], authextra: { x: "MARK" } };
  return JSON.stringify([1, REALM, details]).replace('"MARK"', extra);
}

/** What it is, the text, and whether the router can hand it to a component that speaks CBOR, or JSON. */
type Case = readonly [name: string, extra: string, cbor: boolean, json: boolean];

const CBOR: readonly Case[] = [
  ["undefined", "f7", true, false],
  ["NaN", "f97e00", true, true],
  ["an infinity", "f97c00", true, true],
  ["an integer over 2^53", "1bffffffffffffffff", true, true],
  ["a bignum", "c249010000000000000000", true, true],
  ["a date", "c074323031332d30332d32315432303a30343a30305a", true, false],
  ["a decimal fraction", "c48221196ab3", true, true],
  ["a regular expression", "d8236161", true, false],
  ["an unknown tag", "d9ffff01", true, false],
  ["a UUID", "d82550000102030405060708090a0b0c0d0e0f", true, false],
  ["a set", "d9010283010203", true, false],
  ["bytes", "43010203", true, true],
  ["a number as key", "a10102", true, true],
  ["bytes as key", "a1430102030a", true, false],
  ["null as key", "a1f602", true, true],
  ["simple value 16", "f0", true, false],
  ["simple value 255", "f8ff", true, false],
  ["a __proto__ key", "a1695f5f70726f746f5f5fa16161f5", true, true],
  ["a list 400 deep", `${"81".repeat(400)}00`, false, false],
  ["a list 5000 deep", `${"81".repeat(5000)}00`, false, false],
];

const JSON_TEXT: readonly Case[] = [
  ["NaN", "NaN", true, true],
  ["an infinity", "-Infinity", true, true],
  ["a huge number", "1e999", true, true],
  ["an integer of 400 digits", "9".repeat(400), true, true],
  ["a lone surrogate", '"\\ud800"', false, false],
  ["NUL text", '"\\u0000AQID"', true, true],
  ["a __proto__ key", '{"__proto__":{"a":1}}', true, true],
  ["a list 400 deep", `${"[".repeat(400)}${"]".repeat(400)}`, true, true],
];

describe.each(["cbor", "json"] as const)("the component speaks %s", (serializer) => {
  beforeAll(async () => {
    const authenticator = fakeAuthenticator((args) => {
      seen.push((args[2] as { authextra?: { x?: unknown } }).authextra?.x);
      return WELCOME_JOE;
    });
    const { endpoint } = createAuthenticatorProcedure(authenticator, log.log);
    const router = routerConfig(componentPort, { serializers: [serializer] });
    attachment = attachRouter({ router, endpoint, log: log.log });
    attachment.start();
    await waitFor("the registration", () => attachment.status.registered);
  });

  afterAll(() => attachment.stop());

  const expectUnharmed = async (joins: number): Promise<void> => {
    const client = await joinAs({ url: clientUrl, realm: REALM, ticket: "t" });
    expect(client.kind).toBe("welcome");
    if (client.kind === "welcome") await client.close();
    expect(log.saying("joined the router")).toHaveLength(joins);
  };

  test.each(CBOR)("a CBOR client's authextra holds %s", async (_name, extra, cbor, json) => {
    const joins = log.saying("joined the router").length;
    const before = seen.length;
    const result = await hello("cbor", cborHello(extra));
    const reaches = serializer === "cbor" ? cbor : json;
    // Where the router itself fails, its client hears nothing or is closed: not ours to mend.
    expect({ welcomed: result === "welcome", seen: seen.length - before }).toEqual({
      welcomed: reaches,
      seen: reaches ? 1 : 0,
    });
    await expectUnharmed(joins);
  });

  test.each(JSON_TEXT)("a JSON client's authextra holds %s", async (_name, extra, cbor, json) => {
    const joins = log.saying("joined the router").length;
    const before = seen.length;
    const result = await hello("json", jsonHello(extra));
    const reaches = serializer === "cbor" ? cbor : json;
    // Where the router itself fails, its client hears nothing or is closed: not ours to mend.
    expect({ welcomed: result === "welcome", seen: seen.length - before }).toEqual({
      welcomed: reaches,
      seen: reaches ? 1 : 0,
    });
    await expectUnharmed(joins);
  });

  test("a ticket over Crossbar's 16 MiB is turned away by the router", async () => {
    const joins = log.saying("joined the router").length;
    const client = await joinAs({
      url: clientUrl,
      realm: REALM,
      ticket: "x".repeat(17 * MIB),
      timeoutMs: 20_000,
    });
    expect(client).toMatchObject({ kind: "abort", reason: "websocket-1009" });
    await expectUnharmed(joins);
  });

  test("a ticket of 15 MiB of control characters, six times as long in JSON", async () => {
    const joins = log.saying("joined the router").length;
    const ticket = "\u0001".repeat(15 * MIB);
    const client = await joinAs({ url: clientUrl, realm: REALM, ticket, timeoutMs: 3000 });
    // Crossbar's limit holds for what it sends as well: it drops the call, and its client waits for ever.
    expect(client.kind).toBe(serializer === "cbor" ? "welcome" : "abort");
    if (client.kind === "welcome") await client.close();
    await expectUnharmed(joins);
  });
});
