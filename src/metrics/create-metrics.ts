// The metrics of a component: who is to be told what, and the page for Prometheus.

import type { AuthenticatorObserver } from "../authenticator/authenticator-observer.js";
import type { MetricsPage } from "../service/metrics-page.js";
import type { SessionObserver } from "../service/session-observer.js";

/** A metric, for the documentation. */
export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export interface Metrics extends MetricsPage {
  /** For `createAuthenticator`. */
  readonly authenticator: AuthenticatorObserver;
  /** For `createSessionService`. */
  readonly sessions: SessionObserver;
  /** All metrics of ours, without those of the process. */
  describe(): Promise<readonly MetricDescription[]>;
}

/**
 * Metrics in a registry of their own, with those of the process. prom-client is loaded here and not before: who wants
 * no metrics has nothing of it.
 *
 * @example
 * const metrics = await createMetrics();
 * const authenticator = createAuthenticator({ reader, observer: metrics.authenticator });
 * const service = createService({ config, authenticator, reader, log, metrics });
 */
export async function createMetrics(): Promise<Metrics> {
  const { createPrometheusMetrics } = await import("./prometheus-metrics.js");
  return createPrometheusMetrics();
}
