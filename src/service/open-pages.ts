// The HTTP servers that the configuration asks for: health, metrics, or one for both.

import { isDeepStrictEqual } from "node:util";
import type { Config, ListenConfig } from "../config/config.js";
import type { Log } from "../log/logger.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { type HttpServer, type Pages, startHttpServer, toJsonAnswer } from "./http-server.js";
import type { MetricsPage } from "./metrics-page.js";
import { readStoreInfo } from "./read-store-info.js";
import { checkReadiness } from "./readiness.js";
import type { ServiceStatus } from "./service.js";

export interface PagesOptions {
  readonly config: Pick<Config, "health"> & Partial<Pick<Config, "metrics">>;
  readonly metrics: MetricsPage | undefined;
  readonly reader: CookieReader;
  readonly status: () => ServiceStatus;
  readonly log: Log;
}

/** The ports that are listened on. */
export interface OpenPages {
  readonly healthPort: number | undefined;
  readonly metricsPort: number | undefined;
  /** Calling it again does nothing. */
  close(): Promise<void>;
}

/**
 * Listens, or if one of the ports can't be opened on none.
 * @throws CookieAuthenticatorError `ERR_HEALTH_LISTEN`, `ERR_METRICS_LISTEN`
 */
export async function openPages(options: PagesOptions): Promise<OpenPages> {
  const { log } = options;
  const { health: healthAt } = options.config;
  const metricsAt = options.metrics === undefined ? undefined : options.config.metrics;
  const health = healthPages(options);
  const metrics = metricsPages(options);
  const servers: HttpServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const open = async (key: "health" | "metrics", at: ListenConfig, pages: Pages): Promise<number> => {
    const server = await startHttpServer(key, at, pages);
    servers.push(server);
    log.info({ host: at.host, port: server.port, pages: Object.keys(pages) }, `${key} server listening`);
    return server.port;
  };
  // The same address twice means one server.
  const isOne = healthAt !== undefined && isDeepStrictEqual(healthAt, metricsAt);
  try {
    const healthPort =
      healthAt && (await open("health", healthAt, isOne ? { ...health, ...metrics } : health));
    const metricsPort = isOne ? healthPort : metricsAt && (await open("metrics", metricsAt, metrics));
    return { healthPort, metricsPort, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** `/healthz` says alive, `/readyz` able to answer: for load balancers and supervisors. */
function healthPages({ status, reader }: PagesOptions): Pages {
  return {
    "/healthz": async () => toJsonAnswer(200, { alive: true }),
    "/readyz": async () => {
      const { routers, sessions } = status();
      const state = await checkReadiness({ routers, sessions, reader });
      return toJsonAnswer(state.ready ? 200 : 503, state);
    },
  };
}

/** `/metrics`, for Prometheus. */
function metricsPages({ metrics, status, reader }: PagesOptions): Pages {
  if (metrics === undefined) return {};
  return {
    "/metrics": async () => {
      const look = await readStoreInfo(reader);
      const store = "info" in look ? look.info : undefined;
      const text = await metrics.render({ status: status(), store });
      return { status: 200, contentType: metrics.contentType, text };
    },
  };
}
