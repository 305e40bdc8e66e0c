// The whole service on a real router: calls in flight are answered before it leaves, and the health endpoint follows.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RouterAnswer } from "../../src/authenticator/authenticator.js";
import { createService } from "../../src/service/service.js";
import { fakeReader } from "../service/fake-reader.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { crossbarNode, REALM } from "../support/crossbar-node.js";
import { fakeAuthenticator, routerConfig, ticketOf, WELCOME_JOE } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { joinAs } from "../support/wamp-client.js";

let directory: string;
let crossbar: Crossbar;
let componentPort: number;
let clientUrl: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wamp-shutdown-"));
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

const join1 = (ticket: string) => joinAs({ url: clientUrl, realm: REALM, ticket });

test("stop: a call in flight is answered, new clients are refused meanwhile, then the session ends", async () => {
  let answer: ((answer: RouterAnswer) => void) | undefined;
  const log: CollectedLog = collectLog();
  const service = createService({
    config: { routers: [routerConfig(componentPort)], health: { host: "127.0.0.1", port: 0 } },
    authenticator: fakeAuthenticator((args) =>
      ticketOf(args) === "slow" ? new Promise((resolve) => (answer = resolve)) : WELCOME_JOE,
    ),
    reader: fakeReader(),
    log: log.log,
  });
  await service.start();
  const ready = async (): Promise<number> =>
    (await fetch(`http://127.0.0.1:${service.status().healthPort}/readyz`)).status;
  await waitFor("readiness", async () => (await ready()) === 200);

  const slow = join1("slow");
  await waitFor("the call", () => answer !== undefined);
  const stopped = service.stop();
  await waitFor("the registration to be gone", () => service.status().routers[0]?.registered === false);
  expect(await ready()).toBe(503);
  // UNREGISTER may still be on its way when the status says so: the router's answer is what counts.
  await waitFor("the refusal of new clients", async () => {
    const client = await join1("quick");
    if (client.kind === "welcome") await client.close();
    return client.kind === "abort" && client.reason === "wamp.error.no_such_procedure";
  });
  answer?.(WELCOME_JOE);
  const welcomed = await slow;
  expect(welcomed).toMatchObject({ kind: "welcome", details: { authid: "joe" } });
  await stopped;
  expect(service.status()).toMatchObject({ callsInFlight: 0, routers: [{ state: "stopped" }] });
  if (welcomed.kind === "welcome") await welcomed.close();
}, 60_000);

test("a rolling restart with two instances refuses nobody", async () => {
  const start = async () => {
    const service = createService({
      config: { routers: [routerConfig(componentPort)], health: undefined },
      authenticator: fakeAuthenticator(),
      reader: fakeReader(),
      log: collectLog().log,
    });
    await service.start();
    await waitFor("the registration", () => service.status().routers[0]?.registered === true);
    return service;
  };
  let oldOne = await start();
  const kinds: string[] = [];
  let restarting = true;
  const clients = (async () => {
    while (restarting) {
      const client = await join1("t");
      kinds.push(client.kind === "abort" ? client.reason : client.kind);
      if (client.kind === "welcome") await client.close();
    }
  })();
  for (let round = 0; round < 5; round += 1) {
    const newOne = await start();
    const soFar = kinds.length;
    await waitFor("some clients", () => kinds.length > soFar + 2);
    await oldOne.stop();
    oldOne = newOne;
  }
  restarting = false;
  await clients;
  await oldOne.stop();
  expect(new Set(kinds)).toEqual(new Set(["welcome"]));
}, 60_000);
