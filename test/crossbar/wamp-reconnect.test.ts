// The router goes away and comes back, or our own process stands still: the component is there again by itself.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { collectLog } from "../support/crossbar-log.js";
import { crossbarNode, REALM } from "../support/crossbar-node.js";
import { fakeAuthenticator, routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

const log = collectLog();
let directory: string;
let nodeConfig: object;
let crossbar: Crossbar;
let attachment: RouterAttachment;
let clientUrl: string;

const isRegistered = () => attachment.status.registered;
const times = (message: string): number => log.saying(message).length;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-reconnect-"));
  const [componentPort = 0, clientPort = 0] = await freePorts(2);
  clientUrl = `ws://127.0.0.1:${clientPort}`;
  nodeConfig = crossbarNode({ componentPort, clientPort });
  const { endpoint } = createAuthenticatorProcedure(fakeAuthenticator(), log.log);
  attachment = attachRouter({ router: routerConfig(componentPort), endpoint, log: log.log });
  // Before the router: the order in which the two are started must not matter.
  attachment.start();
  crossbar = await startCrossbar({ nodeConfig, directory });
  await waitFor("the registration", isRegistered);
}, 120_000);

afterAll(async () => {
  await attachment?.stop();
  await crossbar?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const expectWelcome = async (): Promise<void> => {
  const client = await joinAs({ url: clientUrl, realm: REALM, ticket: "t" });
  expect(client).toMatchObject({ kind: "welcome" });
  if (client.kind === "welcome") await client.close();
};

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a router ended by %s and started again on the same ports is joined again",
  async (signal) => {
    const joins = times("joined the router");
    await crossbar.kill(signal);
    await waitFor("the loss to be seen", () => !isRegistered());
    await waitFor("a try in vain", () => times("the router can't be reached") > 0);
    crossbar = await startCrossbar({ nodeConfig, directory });
    await waitFor("the registration", isRegistered);
    expect(times("joined the router")).toBe(joins + 1);
    await expectWelcome();
    // Crossbar says no GOODBYE when it is told to end: both look alike from here.
    expect(log.saying("the link to the router is lost").at(-1)).toMatchObject({ reason: "websocket-1006" });
  },
  120_000,
);

test("a frozen router is noticed by our pings, and joined again when it goes on", async () => {
  const losses = times("the link to the router is lost");
  await crossbar.kill("SIGSTOP");
  await waitFor("the loss", () => times("the link to the router is lost") > losses);
  await waitFor("a join without answer", () => times("the router doesn't answer the join") > 0);
  await crossbar.kill("SIGCONT");
  await waitFor("the registration", isRegistered);
  await expectWelcome();
}, 60_000);

test("our own process standing still for longer than the pings is no loss", async () => {
  const losses = times("the link to the router is lost");
  // Longer than interval and timeout together, with the event loop blocked as by a long computation.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3500);
  await expectWelcome();
  expect(isRegistered()).toBe(true);
  expect(times("the link to the router is lost")).toBe(losses);
});
