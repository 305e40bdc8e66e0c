// Which pages there are, and on which ports: health, metrics, or both on one.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { MetricsState } from "../../src/service/metrics-page.js";
import { type OpenPages, openPages, type PagesOptions } from "../../src/service/open-pages.js";
import type { ServiceStatus } from "../../src/service/service.js";
import { freePort } from "../support/crossbar.js";
import { collectLog } from "../support/crossbar-log.js";
import { fakeReader } from "./fake-reader.js";

const ANY = { host: "127.0.0.1", port: 0 };
const ROUTER = { name: "a", realm: "realm1", state: "joined", joins: 1, registered: true } as const;

const statusWith = (registered: boolean): ServiceStatus => ({
  routers: [{ ...ROUTER, registered }],
  sessions: undefined,
  callsInFlight: 3,
  healthPort: undefined,
  metricsPort: undefined,
});

let pages: OpenPages | undefined;
let rendered: MetricsState[] = [];

const metrics = {
  contentType: "text/plain; version=0.0.4",
  render: async (state: MetricsState) => {
    rendered.push(state);
    return "some_metric 1\n";
  },
};

async function open(config: PagesOptions["config"], changes: Partial<PagesOptions> = {}): Promise<OpenPages> {
  const { log } = collectLog();
  pages = await openPages({
    config,
    metrics,
    reader: fakeReader(),
    status: () => statusWith(true),
    log,
    ...changes,
  });
  return pages;
}

const get = (port: number | undefined, path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`);

afterEach(async () => {
  await pages?.close();
  pages = undefined;
  rendered = [];
});

describe("openPages", () => {
  test("nothing configured: nothing is opened", async () => {
    expect(await open({ health: undefined })).toMatchObject({
      healthPort: undefined,
      metricsPort: undefined,
    });
  });

  test.each([
    [true, 200],
    [false, 503],
  ])("health: a router registered is %p: /readyz is %i; /healthz is 200 all the same", async (is, status) => {
    const { healthPort } = await open({ health: ANY }, { status: () => statusWith(is) });
    const ready = await get(healthPort, "/readyz");
    expect(ready.status).toBe(status);
    expect(await ready.json()).toEqual({
      ready: is,
      routers: [{ ...ROUTER, registered: is }],
      store: "ok",
    });
    const alive = await get(healthPort, "/healthz");
    expect([alive.status, await alive.json()]).toEqual([200, { alive: true }]);
    expect((await get(healthPort, "/metrics")).status).toBe(404);
  });

  test("metrics on a port of their own: the state as it is at that moment", async () => {
    const { healthPort, metricsPort } = await open({
      health: ANY,
      metrics: { ...ANY, port: await freePort() },
    });
    expect(metricsPort).not.toBe(healthPort);
    const page = await get(metricsPort, "/metrics");
    expect(page.headers.get("content-type")).toBe(metrics.contentType);
    expect(await page.text()).toBe("some_metric 1\n");
    expect(rendered).toEqual([{ status: statusWith(true), store: fakeReader().info() }]);
    expect((await get(metricsPort, "/readyz")).status).toBe(404);
  });

  test("the same address for both: one server", async () => {
    const at = { host: "127.0.0.1", port: await freePort() };
    expect(await open({ health: at, metrics: { ...at } })).toMatchObject({
      healthPort: at.port,
      metricsPort: at.port,
    });
    for (const path of ["/healthz", "/readyz", "/metrics"])
      expect((await get(at.port, path)).status).toBe(200);
  });

  test.each([[() => Promise.reject(new Error("s3cret"))], [() => new Promise<never>(() => {})]])(
    "a store that can't be read is said, and hides nothing else",
    async (info) => {
      const { metricsPort } = await open({ health: undefined, metrics: ANY }, { reader: fakeReader(info) });
      expect((await get(metricsPort, "/metrics")).status).toBe(200);
      expect(rendered).toEqual([{ status: statusWith(true), store: undefined }]);
    },
  );

  test("without metrics made, none are shown", async () => {
    expect(
      (await open({ health: undefined, metrics: ANY }, { metrics: undefined })).metricsPort,
    ).toBeUndefined();
  });

  test("a port that can't be opened closes the other", async () => {
    const taken = await open({ health: ANY });
    const health = { host: "127.0.0.1", port: await freePort() };
    const at = { host: "127.0.0.1", port: taken.healthPort ?? 0 };
    await expect(open({ health, metrics: at })).rejects.toMatchObject({ code: "ERR_METRICS_LISTEN" });
    await expect(get(health.port, "/healthz")).rejects.toThrow();
  });
});
