// A histogram of durations that costs a call some nanoseconds: prom-client's own takes ten times as long for each value.

import type { Metric, Registry } from "prom-client";

/**
 * Upper bounds in seconds. The first ones are where a look-up is (some µs), the last ones where a call has met its
 * deadline.
 */
export const DURATION_BUCKETS_SECONDS = [
  10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1,
  2.5,
] as const;

const BOUNDS_MS = DURATION_BUCKETS_SECONDS.map((seconds) => seconds * 1000);

/** Counts durations; the registry asks for them at each scrape. */
export class DurationHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly aggregator = "sum";
  /** One more than there are bounds: what took longer than the last. */
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1);
  #sumMs = 0;

  constructor(options: { readonly name: string; readonly help: string; readonly registers: Registry[] }) {
    this.name = options.name;
    this.help = options.help;
    // A registry needs name, type and `get` of a metric and no more, but its type asks for one of the known classes.
    for (const registry of options.registers) registry.registerMetric(this as unknown as Metric);
  }

  /** @param tookMs the duration, in milliseconds with fractions */
  observe(tookMs: number): void {
    let at = 0;
    while (at < BOUNDS_MS.length && tookMs > (BOUNDS_MS[at] as number)) at += 1;
    (this.#counts[at] as number) += 1;
    this.#sumMs += tookMs;
  }

  /** What prom-client's own histograms give: cumulative buckets, sum and count. */
  async get() {
    let count = 0;
    const buckets = [...DURATION_BUCKETS_SECONDS, "+Inf"].map((le, at) => {
      count += this.#counts[at] ?? 0;
      return { metricName: `${this.name}_bucket`, labels: { le }, value: count };
    });
    return {
      name: this.name,
      help: this.help,
      type: this.type,
      aggregator: this.aggregator,
      values: [
        ...buckets,
        { metricName: `${this.name}_sum`, labels: {}, value: this.#sumMs / 1000 },
        { metricName: `${this.name}_count`, labels: {}, value: count },
      ],
    };
  }
}
