// All metrics in one registry of prom-client, and their text.

import { readFileSync } from "node:fs";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { createAuthenticatorMetrics } from "./authenticator-metrics.js";
import type { MetricDescription, Metrics } from "./create-metrics.js";
import { createLiveMetrics } from "./live-metrics.js";
import { METRIC_PREFIX } from "./metric-names.js";
import { createSessionMetrics } from "./session-metrics.js";
import { createStateMetrics } from "./state-metrics.js";

/** package.json, the same distance from src/metrics and from dist/metrics. */
const PACKAGE = new URL("../../package.json", import.meta.url);

/** A registry of its own: the global one of prom-client belongs to the application that we may be part of. */
export function createPrometheusMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const build = new Gauge({
    name: `${METRIC_PREFIX}build_info`,
    help: "Always 1. version: of this package.",
    labelNames: ["version"],
    registers,
  });
  build.set({ version: readVersion() }, 1);
  const suppressed = new Counter({
    name: `${METRIC_PREFIX}log_lines_suppressed_total`,
    help: "Lines that were not written since there were too many like it; summaries in the log count them. about: authentication or procedures.",
    labelNames: ["about"],
    registers,
  });
  for (const about of ["authentication", "procedures"]) suppressed.inc({ about }, 0);
  const authenticator = createAuthenticatorMetrics(registers, () =>
    suppressed.inc({ about: "authentication" }),
  );
  const live = createLiveMetrics(registers);
  const sessions = createSessionMetrics(registers, () => suppressed.inc({ about: "procedures" }));
  const showState = createStateMetrics(registers);
  collectDefaultMetrics({ register: registry });
  return {
    authenticator,
    sessions: { ...sessions, told: live.told },
    contentType: registry.contentType,
    async render(state) {
      showState(state);
      live.show(state.status);
      return registry.metrics();
    },
    describe: async () => describe(registry),
  };
}

function describe(registry: Registry): MetricDescription[] {
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith(METRIC_PREFIX))
    .map((metric) => ({
      name: metric.name,
      type: String(metric.type), // its types have numbers here, which it never uses
      // prom-client keeps them on the metric, and leaves them out of its types.
      labels: (metric as { readonly labelNames?: readonly string[] }).labelNames ?? [],
      help: metric.help,
    }));
}

function readVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE, "utf8")) as { readonly version: string }).version;
}
