// The component on a real router: the four logins, both serializers, refusals, kicks and revocations.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Authenticator } from "../../src/authenticator/authenticator.js";
import type { RouterConfig, RouterLogin } from "../../src/config/config.js";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { crossbarNode, PROCEDURE, REALM, SALTED_SECRET, SEED } from "../support/crossbar-node.js";
import {
  fakeAuthenticator,
  REFUSE,
  routerConfig,
  ticketOf,
  WELCOME_JOE,
} from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

const LOGINS: readonly (readonly [string, RouterLogin])[] = [
  ["anonymous", { method: "anonymous" }],
  ["ticket", { method: "ticket", authid: "component", secret: "ticket-secret" }],
  ["wampcra", { method: "wampcra", authid: "component", secret: "cra-secret" }],
  ["salted wampcra", { method: "wampcra", authid: "salted", secret: SALTED_SECRET }],
  ["cryptosign", { method: "cryptosign", authid: "component", privateKey: SEED }],
  ["cryptosign without authid", { method: "cryptosign", privateKey: SEED }],
];

let directory: string;
let crossbar: Crossbar;
let componentPort: number;
let clientUrl: string;
let attachments: RouterAttachment[] = [];

function attach(
  changes: Partial<RouterConfig> = {},
  authenticator: Authenticator = fakeAuthenticator(),
): { readonly attachment: RouterAttachment; readonly log: CollectedLog } {
  const log = collectLog();
  const { endpoint } = createAuthenticatorProcedure(authenticator, log.log);
  const attachment = attachRouter({ router: routerConfig(componentPort, changes), endpoint, log: log.log });
  attachments.push(attachment);
  attachment.start();
  return { attachment, log };
}

async function attached(...parameters: Parameters<typeof attach>): Promise<ReturnType<typeof attach>> {
  const result = attach(...parameters);
  await waitFor("the registration", () => result.attachment.status.registered);
  return result;
}

const joinAdmin = async () => {
  const admin = await joinAs({
    url: `ws://127.0.0.1:${componentPort}`,
    realm: REALM,
    authid: "admin",
    ticket: "ticket-secret",
  });
  if (admin.kind !== "welcome") throw new Error(`the admin can't join: ${admin.reason}`);
  return admin;
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-login-"));
  const [component = 0, client = 0] = await freePorts(2);
  componentPort = component;
  clientUrl = `ws://127.0.0.1:${client}`;
  const nodeConfig = crossbarNode({ componentPort, clientPort: client });
  crossbar = await startCrossbar({ nodeConfig, directory });
}, 120_000);

afterEach(async () => {
  await Promise.all(attachments.map((attachment) => attachment.stop()));
  attachments = [];
});

afterAll(async () => {
  await crossbar?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.each(["cbor", "json"] as const)("over %s", (serializer) => {
  test.each(LOGINS)("joins by %s, registers, and answers the router's call", async (_name, login) => {
    const seen: unknown[] = [];
    await attached(
      { login, serializers: [serializer] },
      fakeAuthenticator((args, caller) => {
        seen.push(args, caller);
        return WELCOME_JOE;
      }),
    );
    const client = await joinAs({ url: clientUrl, realm: REALM, authid: "joe", ticket: "t" });
    expect(client).toMatchObject({
      kind: "welcome",
      details: { authid: "joe", authrole: "user", authextra: { greeting: "hello" } },
    });
    if (client.kind === "welcome") await client.close();
    expect(seen).toMatchObject([
      [REALM, "joe", { ticket: "t", authmethod: "ticket" }],
      { authrole: "trusted" },
    ]);
  });

  test("a refusal reaches the client as ABORT with our URI and text", async () => {
    await attached(
      { serializers: [serializer] },
      fakeAuthenticator(() => REFUSE),
    );
    const client = await joinAs({ url: clientUrl, realm: REALM, ticket: "t" });
    expect(client).toMatchObject({
      kind: "abort",
      reason: "wamp.error.not_authorized",
      message: "authentication failed",
    });
  });

  test("request headers reach the authenticator of an anonymous client", async () => {
    const seen: unknown[] = [];
    await attached(
      { serializers: [serializer] },
      fakeAuthenticator((args) => {
        seen.push(args[2]);
        return WELCOME_JOE;
      }),
    );
    const headers = { Cookie: "cbtid=abc", Origin: "http://127.0.0.1" };
    const client = await joinAs({ url: clientUrl, realm: REALM, anonymous: true, headers });
    expect(client.kind).toBe("welcome");
    if (client.kind === "welcome") await client.close();
    const sent = { cookie: "cbtid=abc", origin: "http://127.0.0.1" };
    expect(seen).toMatchObject([{ transport: { http_headers_received: sent } }]);
  });

  test("a reply that can't be encoded becomes an error, not a client that hangs", async () => {
    const { log } = await attached(
      { serializers: [serializer] },
      fakeAuthenticator(() => ({ reply: { role: "user", extra: { bad: () => {} }, more: cyclic() } })),
    );
    const client = await joinAs({ url: clientUrl, realm: REALM, ticket: "t" });
    expect(client).toMatchObject({ kind: "abort", reason: "wamp.error.runtime_error" });
    expect(log.saying("a message to the router can't be encoded")).toHaveLength(1);
  });
});

describe("refusals by the router", () => {
  test("a wrong password is logged without the secret, and tried again", async () => {
    const login: RouterLogin = { method: "ticket", authid: "component", secret: "wrong-secret" };
    const { attachment, log } = attach({ login });
    const message = "the router refuses the login";
    await waitFor("three refusals", () => log.saying(message).length >= 3);
    expect(attachment.status.registered).toBe(false);
    expect(log.saying(message)[0]).toMatchObject({
      level: "warn",
      kind: "refused",
      reason: expect.stringMatching(/^wamp\.error\./),
      nextTryMs: expect.any(Number),
      hint: expect.stringContaining("login"),
    });
    expect(log.text()).not.toContain("wrong-secret");
  });

  test("a method that the transport doesn't offer is logged", async () => {
    const realm = "no-such-realm";
    const { log } = attach({ realm });
    await waitFor("a refusal", () => log.saying("the router refuses the login").length > 0);
  });

  test("a registration without permission is said with its URI, and tried again in the same session", async () => {
    const { attachment, log } = attach({
      login: { method: "ticket", authid: "bystander", secret: "ticket-secret" },
    });
    const message = "the router refuses the registration";
    await waitFor("three refusals", () => log.saying(message).length >= 3);
    expect(log.saying(message)[0]).toMatchObject({
      level: "error",
      uri: "wamp.error.not_authorized",
      procedure: PROCEDURE,
      hint: expect.stringContaining("register"),
    });
    expect(attachment.status).toMatchObject({ state: "joined", registered: false });
    expect(log.saying("joined the router")).toHaveLength(1);
  });

  test("a second instance with `single` waits until the first is gone, then takes over", async () => {
    const first = await attached({ invoke: "single" });
    const second = attach({ invoke: "single" });
    const message = "the router refuses the registration";
    await waitFor("the refusal", () => second.log.saying(message).length > 0);
    expect(second.log.saying(message)[0]).toMatchObject({ uri: "wamp.error.procedure_already_exists" });
    await first.attachment.stop();
    await waitFor("the registration", () => second.attachment.status.registered);
  });
});

describe("what a router can do to a session", () => {
  test("a kick by wamp.session.kill: it joins and registers again", async () => {
    const { attachment, log } = await attached();
    const admin = await joinAdmin();
    const session = log.saying("joined the router")[0]?.session;
    await admin.session.call("wamp.session.kill", [session], {
      reason: "com.example.kicked",
      message: "out",
    });
    await waitFor("the second join", () => log.saying("joined the router").length === 2);
    await waitFor("the registration", () => attachment.status.registered);
    await admin.close();
    expect(log.saying("the router ended the session")[0]).toMatchObject({
      kind: "goodbye",
      reason: "com.example.kicked",
    });
  });
});

test("two instances with roundrobin share the calls; after one has left, the other has them all", async () => {
  const counts = [0, 0];
  const count = (index: number): Authenticator =>
    fakeAuthenticator(() => {
      counts[index] = (counts[index] ?? 0) + 1;
      return WELCOME_JOE;
    });
  const { attachment } = await attached({}, count(0));
  await attached({}, count(1));
  const joinMany = async (number: number): Promise<void> => {
    for (let i = 0; i < number; i += 1) {
      const client = await joinAs({ url: clientUrl, realm: REALM, ticket: "t" });
      if (client.kind === "welcome") await client.close();
    }
  };
  await joinMany(6);
  expect(counts).toEqual([3, 3]);
  await attachment.stop();
  await joinMany(4);
  expect(counts).toEqual([3, 7]);
});

test("many clients at once, each with its own ticket", async () => {
  await attached(
    {},
    fakeAuthenticator((args) => ({
      reply: { realm: REALM, role: "user", authid: String(ticketOf(args)), extra: {} },
    })),
  );
  const tickets = Array.from({ length: 50 }, (_, index) => `ticket-${index}`);
  const clients = await Promise.all(
    tickets.map((ticket) => joinAs({ url: clientUrl, realm: REALM, ticket })),
  );
  const authids = clients.map((client) =>
    client.kind === "welcome" ? client.details.authid : client.reason,
  );
  await Promise.all(clients.map((client) => (client.kind === "welcome" ? client.close() : undefined)));
  expect(authids).toEqual(tickets);
});

function cyclic(): object {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}
