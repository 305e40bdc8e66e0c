// The life of a connection, and routers that are silent, late, or gone. A scripted router does it here.

import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { attachRouter } from "../../src/wamp/router-attachment.js";
import { freePort } from "../support/crossbar.js";
import { collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { startFakeRouter } from "./fake-router.js";
import { createScene } from "./scene.js";

const scene = createScene();
afterEach(() => scene.clear());

describe("the life of a connection", () => {
  test("connecting, joined, stopped; UNREGISTER and GOODBYE are said on the way out", async () => {
    scene.router = await startFakeRouter();
    scene.attach(scene.router.url);
    expect(scene.attachment?.status).toMatchObject({ state: "connecting", registered: false });
    await scene.registered();
    expect(scene.attachment?.status).toMatchObject({ state: "joined", registered: true });
    await scene.attachment?.unregister();
    expect(scene.attachment?.status.registered).toBe(false);
    await scene.attachment?.stop();
    expect(scene.attachment?.status).toMatchObject({ state: "stopped", registered: false });
    expect(scene.router.received().map(([type]) => type)).toEqual([1, 64, 66, 6]);
  });

  test("a router that is not there is tried again and again, and the log says why", async () => {
    const port = await freePort();
    const log = scene.attach(`ws://127.0.0.1:${port}`);
    await waitFor("two tries", () => log.saying("the router can't be reached").length >= 2);
    expect(log.saying("the router can't be reached")[0]).toMatchObject({
      kind: "unreachable",
      reason: "ECONNREFUSED",
      hint: expect.stringContaining("url"),
      nextTryMs: expect.any(Number),
    });
    expect(scene.attachment?.status.state).not.toBe("joined");
  });

  test("a session that ends at once doesn't shorten the pauses", async () => {
    scene.router = await startFakeRouter((message, link) => {
      if (message[0] !== 64) return false;
      link.send([6, { message: "go" }, "com.example.out"]);
      return true;
    });
    const log = scene.attach(scene.router.url, { reconnectMinMs: 20, reconnectMaxMs: 5000 });
    const ends = () => log.saying("the router ended the session");
    await waitFor("five ends", () => ends().length >= 5);
    const pauses = ends().map(({ nextTryMs }) => Number(nextTryMs));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(ends()[0]).toMatchObject({ reason: "com.example.out", text: "go" });
  });

  test("stop while waiting for the next try ends the wait", async () => {
    const log = scene.attach(`ws://127.0.0.1:${await freePort()}`, {
      reconnectMinMs: 60_000,
      reconnectMaxMs: 60_000,
    });
    await waitFor("the first try", () => log.saying("the router can't be reached").length > 0);
    await scene.attachment?.stop();
    expect(scene.attachment?.status.state).toBe("stopped");
  });

  test("stop before start, and twice, does nothing", async () => {
    scene.attachment = attachRouter({ router: routerConfig(1), endpoint: () => ({}), log: collectLog().log });
    await scene.attachment.stop();
    await scene.attachment.stop();
    expect(scene.attachment.status.state).toBe("stopped");
  });

  test("a router that ignores GOODBYE is cut off", async () => {
    scene.router = await startFakeRouter((message) => message[0] === 6);
    scene.attach(scene.router.url);
    await scene.registered();
    const begin = performance.now();
    await scene.attachment?.stop();
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe("silence", () => {
  test("a router without WELCOME is left after joinTimeoutMs", async () => {
    scene.router = await startFakeRouter((message) => message[0] === 1);
    const log = scene.attach(scene.router.url, { joinTimeoutMs: 200 });
    await waitFor("two tries", () => log.saying("the router doesn't answer the join").length >= 2);
    expect(log.saying("the router doesn't answer the join")[0]).toMatchObject({
      text: "no WELCOME within 200 ms",
    });
    await waitFor("another link", () => (scene.router?.links() ?? 0) >= 2);
  });

  test("a port that takes the connection and says nothing is left after joinTimeoutMs", async () => {
    const port = await freePort();
    const server = createServer(() => {}).listen(port, "127.0.0.1");
    const log = scene.attach(`ws://127.0.0.1:${port}`, { joinTimeoutMs: 200 });
    await waitFor("two tries", () => log.saying("the router doesn't answer the join").length >= 2);
    await scene.clear();
    server.close();
  });

  test("a router that answers no ping is left after pingIntervalMs and pingTimeoutMs", async () => {
    scene.router = await startFakeRouter(undefined, { autoPong: false });
    const log = scene.attach(scene.router.url, { pingIntervalMs: 100, pingTimeoutMs: 100 });
    await waitFor("the loss", () => log.saying("the link to the router is lost").length > 0);
    expect(log.saying("the link to the router is lost")[0]).toMatchObject({
      text: "nothing heard for 100 ms after a ping",
    });
  });

  test("an answer to REGISTER that never comes doesn't outlive the session", async () => {
    let registers = 0;
    scene.router = await startFakeRouter((message) => message[0] === 64 && registers++ === 0);
    scene.attach(scene.router.url);
    await waitFor("REGISTER", () => registers === 1);
    scene.router.last().socket.terminate();
    await scene.registered();
  });
});

test("a registration that the router revokes is made again in the same session", async () => {
  scene.router = await startFakeRouter();
  const log = scene.attach(scene.router.url);
  await scene.registered();
  const registration = log.saying("registered the authenticator")[0]?.registration;
  scene.router.last().send([67, 0, { registration, reason: "com.example.revoked" }]);
  await waitFor("the second registration", () => log.saying("registered the authenticator").length === 2);
  expect(log.saying("the router revoked the registration")[0]).toMatchObject({
    reason: "com.example.revoked",
  });
  expect(scene.router.links()).toBe(1);
});

test("an answer that comes after the link is lost is dropped", async () => {
  scene.router = await startFakeRouter();
  let answerLate: (() => void) | undefined;
  const log = collectLog();
  scene.attachment = attachRouter({
    router: routerConfig(0, { url: scene.router.url, login: { method: "anonymous" }, serializers: ["json"] }),
    endpoint: () => new Promise((resolve) => (answerLate = () => resolve({}))),
    log: log.log,
  });
  scene.attachment.start();
  await scene.registered();
  const registration = log.saying("registered the authenticator")[0]?.registration;
  scene.router.last().send([68, 1, registration, {}, []]);
  await waitFor("the call", () => answerLate !== undefined);
  scene.router.last().socket.terminate();
  await waitFor("another link", () => scene.router?.links() === 2);
  answerLate?.();
  await scene.registered();
  expect(scene.router.received().some(([type]) => type === 70)).toBe(false);
});
