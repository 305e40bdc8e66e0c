import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type HealthServer, startHealthServer } from "../../src/service/health-server.js";
import type { Readiness } from "../../src/service/readiness.js";

const HOST = "127.0.0.1";
const READY: Readiness = {
  ready: true,
  routers: [{ name: "a", state: "joined", registered: true }],
  store: "ok",
};
const NOT_READY: Readiness = {
  ready: false,
  routers: [{ name: "a", state: "waiting", registered: false }],
  store: "ERR_STORE_CLOSED",
};

let health: HealthServer | undefined;

const start = async (readiness: Readiness): Promise<(path: string, method?: string) => Promise<Response>> => {
  const server = await startHealthServer({ host: HOST, port: 0 }, async () => readiness);
  health = server;
  return (path, method = "GET") => fetch(`http://${HOST}:${server.port}${path}`, { method });
};

afterEach(async () => {
  await health?.close();
  health = undefined;
});

describe("startHealthServer", () => {
  test("/readyz is 200 and names the routers while all is well", async () => {
    const get = await start(READY);
    const response = await get("/readyz");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual(READY);
  });

  test("/readyz is 503 and says what is missing", async () => {
    const get = await start(NOT_READY);
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(NOT_READY);
  });

  test("/healthz is 200 whatever the routers do", async () => {
    const get = await start(NOT_READY);
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/healthz?probe=1")).status).toBe(200);
  });

  test("HEAD gives the status and no body", async () => {
    const get = await start(NOT_READY);
    const response = await get("/readyz", "HEAD");
    expect(response.status).toBe(503);
    expect(await response.text()).toBe("");
  });

  test("other methods are 405, other paths 404", async () => {
    const get = await start(READY);
    const post = await get("/readyz", "POST");
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD");
    expect((await get("/")).status).toBe(404);
    expect((await get("/readyz/")).status).toBe(404);
    expect((await get("/metrics", "POST")).status).toBe(404);
  });

  test("a port in use is ERR_HEALTH_LISTEN with a hint", async () => {
    const get = await start(READY);
    const { port } = new URL((await get("/healthz")).url);
    await expect(
      startHealthServer({ host: HOST, port: Number(port) }, async () => READY),
    ).rejects.toMatchObject({
      code: "ERR_HEALTH_LISTEN",
      message: `the health server can't listen on ${HOST}:${port} (EADDRINUSE)`,
      hint: expect.stringContaining("health.port"),
    });
  });

  test("an address that isn't ours is ERR_HEALTH_LISTEN", async () => {
    await expect(startHealthServer({ host: "192.0.2.1", port: 0 }, async () => READY)).rejects.toMatchObject({
      code: "ERR_HEALTH_LISTEN",
      hint: expect.stringContaining("health.host"),
    });
  });

  test("close frees the port, with a client still connected, and may be called twice", async () => {
    const get = await start(READY);
    const { port } = new URL((await get("/healthz")).url);
    await health?.close();
    await health?.close();
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(Number(port), HOST, resolve));
    await new Promise((resolve) => next.close(resolve));
  });
});
