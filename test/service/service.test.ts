// The service with scripted routers: independence, order of the end, health.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { RouterAnswer } from "../../src/authenticator/authenticator.js";
import type { RouterConfig } from "../../src/config/config.js";
import { createService, type Service } from "../../src/service/service.js";
import { freePort } from "../support/crossbar.js";
import { collectLog } from "../support/crossbar-log.js";
import { fakeAuthenticator, routerConfig, WELCOME_JOE } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeRouter, startFakeRouter } from "../wamp/fake-router.js";
import { fakeReader } from "./fake-reader.js";

let routers: FakeRouter[] = [];
let service: Service | undefined;

const HEALTH = { host: "127.0.0.1", port: 0 };

async function addRouter(...parameters: Parameters<typeof startFakeRouter>): Promise<FakeRouter> {
  const router = await startFakeRouter(...parameters);
  routers.push(router);
  return router;
}

function to(url: string, name = url): RouterConfig {
  return routerConfig(0, { name, url, login: { method: "anonymous" }, serializers: ["json"] });
}

const registered = (): boolean[] => service?.status().routers.map((router) => router.registered) ?? [];

afterEach(async () => {
  await service?.stop();
  await Promise.all(routers.map((router) => router.close()));
  service = undefined;
  routers = [];
});

describe("createService", () => {
  test("attaches to all routers; one that is down doesn't disturb the other", async () => {
    const up = await addRouter();
    const down = `ws://127.0.0.1:${await freePort()}`;
    service = createService({
      config: { routers: [to(down, "down"), to(up.url, "up")], health: HEALTH },
      authenticator: fakeAuthenticator(),
      reader: fakeReader(),
      log: collectLog().log,
    });
    await service.start();
    await waitFor("the registration", () => registered()[1] === true);
    const response = await fetch(`http://127.0.0.1:${service.status().healthPort}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      ready: false,
      routers: [
        { name: "down", registered: false },
        { name: "up", state: "joined", registered: true },
      ],
      store: "ok",
    });
  });

  test("/readyz is 200 when all are attached", async () => {
    const [a, b] = [await addRouter(), await addRouter()];
    service = createService({
      config: { routers: [to(a.url), to(b.url)], health: HEALTH },
      authenticator: fakeAuthenticator(),
      reader: fakeReader(),
      log: collectLog().log,
    });
    await service.start();
    await waitFor("both registrations", () => registered().every(Boolean));
    expect((await fetch(`http://127.0.0.1:${service.status().healthPort}/readyz`)).status).toBe(200);
  });

  test("the order of the end: UNREGISTER, the answer in flight, GOODBYE, and the reader last", async () => {
    const order: string[] = [];
    const names = new Map([
      [66, "UNREGISTER"],
      [70, "YIELD"],
      [6, "GOODBYE"],
    ]);
    const router = await addRouter((message) => {
      const name = names.get(Number(message[0]));
      if (name !== undefined) order.push(name);
      return false;
    });
    let answer: ((answer: RouterAnswer) => void) | undefined;
    const log = collectLog();
    service = createService({
      config: { routers: [to(router.url)], health: HEALTH },
      authenticator: fakeAuthenticator(() => new Promise((resolve) => (answer = resolve))),
      reader: fakeReader(undefined, () => order.push("reader closed")),
      log: log.log,
    });
    await service.start();
    await waitFor("the registration", () => registered().every(Boolean));
    const registration = log.saying("registered the authenticator")[0]?.registration;
    router.last().send([68, 1, registration, {}, []]);
    await waitFor("the call", () => service?.status().callsInFlight === 1);
    const stopped = service.stop();
    await waitFor("UNREGISTER", () => order.includes("UNREGISTER"));
    answer?.(WELCOME_JOE);
    await stopped;
    expect(order).toEqual(["UNREGISTER", "YIELD", "GOODBYE", "reader closed"]);
    expect(service.status()).toMatchObject({ routers: [{ state: "stopped", registered: false }] });
  });

  test("a call that is never answered doesn't keep it from stopping", async () => {
    const router = await addRouter();
    const log = collectLog();
    service = createService({
      config: { routers: [to(router.url)], health: undefined },
      authenticator: fakeAuthenticator(() => new Promise(() => {})),
      reader: fakeReader(),
      log: log.log,
    });
    await service.start();
    await waitFor("the registration", () => registered().every(Boolean));
    router.last().send([68, 1, log.saying("registered the authenticator")[0]?.registration, {}, []]);
    await waitFor("the call", () => service?.status().callsInFlight === 1);
    await service.stop();
    expect(log.saying("stopping with calls unanswered")[0]).toMatchObject({ callsInFlight: 1 });
  });

  test("stop is idempotent, before start and after", async () => {
    let closed = 0;
    service = createService({
      config: { routers: [to("ws://127.0.0.1:1")], health: undefined },
      authenticator: fakeAuthenticator(),
      reader: fakeReader(undefined, () => {
        closed += 1;
      }),
      log: collectLog().log,
    });
    await Promise.all([service.stop(), service.stop()]);
    await service.start();
    expect(closed).toBe(1);
    expect(service.status().routers).toMatchObject([{ state: "stopped" }]);
  });

  test("a health port in use stops the start; no router is joined", async () => {
    const router = await addRouter();
    const options = { authenticator: fakeAuthenticator(), reader: fakeReader(), log: collectLog().log };
    const first = createService({ ...options, config: { routers: [], health: HEALTH } });
    await first.start();
    const health = { ...HEALTH, port: first.status().healthPort ?? 0 };
    service = createService({ ...options, config: { routers: [to(router.url)], health } });
    await expect(service.start()).rejects.toMatchObject({ code: "ERR_HEALTH_LISTEN" });
    expect(service.status().routers).toMatchObject([{ state: "stopped" }]);
    await first.stop();
  });

  test("a login that can't be used is said when the service is made", () => {
    const router = {
      ...to("ws://127.0.0.1:1"),
      login: { method: "cryptosign", privateKey: "short" } as const,
    };
    expect(() =>
      createService({
        config: { routers: [router], health: undefined },
        authenticator: fakeAuthenticator(),
        reader: fakeReader(),
        log: collectLog().log,
      }),
    ).toThrow(expect.objectContaining({ code: "ERR_WAMP_LOGIN" }));
  });
});
