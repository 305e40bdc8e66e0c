// Metrics of what is: calls, routers, the store. Set at each scrape from one look at the service.

import { Gauge, type Registry } from "prom-client";
import type { MetricsState } from "../service/metrics-page.js";
import { METRIC_PREFIX } from "./metric-names.js";
import { createRouterMetrics } from "./router-metrics.js";
import { createStoreMetrics } from "./store-metrics.js";

/** Sets all metrics of the state. What isn't there any more disappears. */
export type ShowState = (state: MetricsState) => void;

/** Registers the metrics. */
export function createStateMetrics(registers: Registry[]): ShowState {
  const inFlight = new Gauge({
    name: `${METRIC_PREFIX}calls_in_flight`,
    help: "Calls of routers that are being answered.",
    registers,
  });
  const showRouters = createRouterMetrics(registers);
  const showStore = createStoreMetrics(registers);
  return (state) => {
    inFlight.set(state.status.callsInFlight);
    showRouters(state.status);
    showStore(state.store);
  };
}
