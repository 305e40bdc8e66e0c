// The server for those who watch: its pages and nothing else, its port, its end.

import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type HttpServer, type Pages, startHttpServer, toJsonAnswer } from "../../src/service/http-server.js";

const HOST = "127.0.0.1";
const PAGES: Pages = {
  "/good": async () => toJsonAnswer(200, { a: 1 }),
  "/bad": async () => ({ status: 503, contentType: "text/plain", text: "bad\n" }),
  "/broken": () => Promise.reject(new Error("s3cret")),
};

let server: HttpServer | undefined;

async function start(): Promise<(path: string, method?: string) => Promise<Response>> {
  server = await startHttpServer("health", { host: HOST, port: 0 }, PAGES);
  const { port } = server;
  return (path, method = "GET") => fetch(`http://${HOST}:${port}${path}`, { method });
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("startHttpServer", () => {
  test("a page is answered with its status, type and text, whatever the query", async () => {
    const get = await start();
    const good = await get("/good?probe=1");
    expect(good.status).toBe(200);
    expect(good.headers.get("content-type")).toBe("application/json");
    expect(good.headers.get("cache-control")).toBe("no-store");
    expect(await good.json()).toEqual({ a: 1 });
    const bad = await get("/bad");
    expect([bad.status, await bad.text()]).toEqual([503, "bad\n"]);
  });

  test("HEAD gives the status and no body", async () => {
    const response = await (await start())("/bad", "HEAD");
    expect(response.status).toBe(503);
    expect(response.headers.get("content-length")).toBe("4");
    expect(await response.text()).toBe("");
  });

  test("R-47 a page that can't be made is 500, and doesn't say why", async () => {
    const response = await (await start())("/broken");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: "this page can't be made" });
  });

  test("other methods are 405, other paths 404", async () => {
    const get = await start();
    const post = await get("/good", "POST");
    expect(post.status).toBe(405);
    expect(post.headers.get("allow")).toBe("GET, HEAD");
    for (const path of ["/", "/good/", "/constructor", "/other"]) expect((await get(path)).status).toBe(404);
    expect((await get("/other", "POST")).status).toBe(404);
  });

  test.each(["health", "metrics"] as const)("%s: a port in use is a coded error with a hint", async (key) => {
    const get = await start();
    const { port } = new URL((await get("/good")).url);
    await expect(startHttpServer(key, { host: HOST, port: Number(port) }, PAGES)).rejects.toMatchObject({
      code: key === "health" ? "ERR_HEALTH_LISTEN" : "ERR_METRICS_LISTEN",
      message: `the ${key} server can't listen on ${HOST}:${port} (EADDRINUSE)`,
      hint: expect.stringContaining(`${key}.port`),
    });
  });

  test("an address that isn't ours is a coded error", async () => {
    await expect(startHttpServer("health", { host: "192.0.2.1", port: 0 }, PAGES)).rejects.toMatchObject({
      code: "ERR_HEALTH_LISTEN",
      hint: expect.stringContaining("health.host"),
    });
  });

  test("close frees the port, with a client still connected, and may be called twice", async () => {
    const get = await start();
    const { port } = new URL((await get("/good")).url);
    await server?.close();
    await server?.close();
    const next = createServer();
    await new Promise<void>((resolve) => next.listen(Number(port), HOST, resolve));
    await new Promise((resolve) => next.close(resolve));
  });
});
