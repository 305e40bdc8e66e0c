// `start` on a store of type valkey: a server that comes late, goes and comes back, in its log, its pages and its metrics.

import { afterAll, afterEach, expect, test } from "@jest/globals";
import { content, router, writeConfig } from "../config/temporary-config.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { freePort } from "../support/crossbar-ports.js";
import { runStart, type StartProcess } from "../support/start-process.js";
import { serverMissing, startServer, stopServers } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";

let running: StartProcess | undefined;
afterEach(async () => {
  await running?.kill();
  running = undefined;
});
afterAll(stopServers);

async function fetchText(port: number, page: string): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/${page}`)).text();
  } catch {
    return ""; // it doesn't listen yet
  }
}

describeUnless(serverMissing(), "start on Valkey", () => {
  test("starts before its server, says where it is when it comes, and when it goes", async () => {
    const [port, page] = [await freePort(), await freePort()];
    const store = { type: "valkey", servers: [`127.0.0.1:${port}`], timeout: 0.5, nearCache: {} };
    const config = writeConfig(
      content({
        store,
        routers: [router({ url: `ws://127.0.0.1:${await freePort()}` })],
        sessions: { prefix: "com.example.session." },
        health: { port: page },
        metrics: { port: page },
      }),
    );
    const component = runStart("--config", config);
    running = component;
    const readiness = async (): Promise<string> => {
      const text = await fetchText(page, "readyz");
      return text === "" ? "" : String((JSON.parse(text) as { store: string }).store);
    };
    await waitFor("the page without a store", async () => /^ERR_STORE_/.test(await readiness()));
    expect(component.lines()).toContainEqual(
      expect.objectContaining({
        event: "store",
        level: "error",
        code: expect.stringMatching(/^ERR_STORE_(UNAVAILABLE|TIMEOUT)$/),
      }),
    );
    expect(await fetchText(page, "metrics")).toContain("wamp_cookie_authenticator_store_up 0");

    const server = await startServer({ port });
    await waitFor("the store", async () => (await readiness()) === "ok");
    await waitFor("its line", () => component.saying("the cookie database is open").length > 0);
    expect(component.saying("the cookie database is open")).toMatchObject([
      { event: "store", engine: expect.stringMatching(/^(valkey|redis)$/), address: `127.0.0.1:${port}` },
    ]);
    const metrics = await fetchText(page, "metrics");
    expect(metrics).toContain("wamp_cookie_authenticator_store_up 1");
    expect(metrics).toMatch(/_store_info\{engine="(valkey|redis)",format="",version="\d[^"]*"\} 1/);
    expect(metrics).toMatch(/_store_used_bytes [1-9]/);

    await server.kill();
    await waitFor("the page with its fault", async () => (await readiness()) === "ERR_STORE_UNAVAILABLE");
    await server.restart();
    const again = /^the cookie database is available again after [1-9]\d* s$/;
    await waitFor("the store again", () => component.lines().some(({ msg }) => again.test(String(msg))));
    expect(component.saying("the cookie database is open")).toHaveLength(1);
    // One line for each outage, by the store, with what to do; upkeep and live sessions have nothing to add.
    const errors = component.lines().filter(({ level, router }) => level === "error" && router === undefined);
    expect(errors.filter(({ event }) => event !== "store")).toEqual([]);
    expect(errors[0]).toMatchObject({
      msg: expect.stringContaining(`127.0.0.1:${port}`),
      hint: expect.any(String),
    });
    component.signal("SIGTERM");
    expect(await component.ended).toBe(0);
  }, 60_000);

  test("a wrong password ends it at once: nobody has to wait for what doesn't pass", async () => {
    const { port } = await startServer({ args: ["--requirepass", "right"] });
    const store = { type: "valkey", servers: [`127.0.0.1:${port}`], password: "wr0ng" };
    const component = runStart("--config", writeConfig(content({ store })));
    running = component;
    expect(await component.ended).toBe(4);
    expect(component.text()).toContain("ERR_STORE_ACCESS");
    expect(component.text()).not.toContain("wr0ng");
  }, 30_000);
});
