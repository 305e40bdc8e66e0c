// wss:// with an own authority and a client certificate, and everything that must be refused.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { RouterTls } from "../../src/config/config.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { type Certificates, makeCertificates } from "../support/crossbar-certificates.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { crossbarNode } from "../support/crossbar-node.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";

let directory: string;
let certificates: Certificates;
let crossbar: Crossbar;
let tlsPort: number;
let plainPort: number;
let attachment: RouterAttachment | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-tls-"));
  certificates = makeCertificates(directory);
  const [componentPort = 0, clientPort = 0, port = 0] = await freePorts(3);
  tlsPort = port;
  plainPort = componentPort;
  const { server, ca } = certificates;
  const tls = { port, key: server.keyFile, certificate: server.certFile, clientCa: ca.certFile };
  crossbar = await startCrossbar({ nodeConfig: crossbarNode({ componentPort, clientPort, tls }), directory });
}, 120_000);

afterEach(async () => {
  await attachment?.stop();
  attachment = undefined;
});

afterAll(async () => {
  await crossbar?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function attach(tls: RouterTls, url = `wss://localhost:${tlsPort}`): CollectedLog {
  const log = collectLog();
  attachment = attachRouter({
    router: routerConfig(tlsPort, { url, tls, joinTimeoutMs: 2000 }),
    endpoint: () => ({}),
    log: log.log,
  });
  attachment.start();
  return log;
}

const REFUSED = "the router can't be reached";

test("joins with its own authority and a client certificate", async () => {
  const { ca, client } = certificates;
  attach({ ca: ca.cert, cert: client.cert, key: client.key });
  await waitFor("the registration", () => attachment?.status.registered === true);
});

test("without a client certificate the router turns it away", async () => {
  const log = attach({ ca: certificates.ca.cert });
  await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
  expect(log.saying(REFUSED)[0]).toMatchObject({
    reason: expect.stringMatching(/^ERR_SSL_.*ALERT/),
    hint: expect.stringContaining("client certificate"),
  });
  expect(attachment?.status.registered).toBe(false);
});

test("a client certificate of a stranger is turned away", async () => {
  const { ca, stranger } = certificates;
  const log = attach({ ca: ca.cert, cert: stranger.cert, key: stranger.key });
  await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
  expect(log.saying(REFUSED)[0]).toMatchObject({
    reason: expect.stringMatching(/^ERR_SSL_.*ALERT/),
    hint: expect.stringContaining("client certificate"),
  });
  expect(attachment?.status.registered).toBe(false);
});

test.each([
  ["the system's authorities", () => ({})],
  ["another authority", () => ({ ca: certificates.stranger.cert })],
])("the router's certificate is refused with %s", async (_name, tls) => {
  const { client } = certificates;
  const log = attach({ ...tls(), cert: client.cert, key: client.key });
  await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
  expect(log.saying(REFUSED)[0]).toMatchObject({ hint: expect.stringContaining("tls.ca") });
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 doesn't change that", async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    const log = attach({});
    await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
    expect(log.saying(REFUSED)[0]).toMatchObject({ hint: expect.stringContaining("tls.ca") });
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
});

test("a certificate for another host is refused", async () => {
  const { ca, client } = certificates;
  const log = attach({ ca: ca.cert, cert: client.cert, key: client.key }, `wss://127.0.0.1:${tlsPort}`);
  await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
  expect(log.saying(REFUSED)[0]).toMatchObject({
    reason: "ERR_TLS_CERT_ALTNAME_INVALID",
    hint: expect.stringContaining("another host name"),
  });
});

test("ws:// to a TLS port says what is wrong", async () => {
  const log = attach({}, `ws://localhost:${tlsPort}`);
  await waitFor("the refusal", () => log.saying(REFUSED).length > 0);
  expect(log.saying(REFUSED)[0]).toMatchObject({ hint: expect.stringContaining("wss://") });
});

test("wss:// to a port without TLS is given up in time, and says what may be wrong", async () => {
  // Crossbar waits for the end of an HTTP header that never comes.
  const log = attach({}, `wss://localhost:${plainPort}`);
  const message = "the router doesn't answer the join";
  await waitFor("the timeout", () => log.saying(message).length > 0);
  expect(log.saying(message)[0]).toMatchObject({ hint: expect.stringContaining("wss://") });
});
