// The histogram of durations says what prom-client's own would say of the same values.

import { expect, test } from "@jest/globals";
import { Histogram, Registry } from "prom-client";
import { DURATION_BUCKETS_SECONDS, DurationHistogram } from "../../src/metrics/duration-histogram.js";

const NAME = "some_duration_seconds";

test("like prom-client's own: bounds are inclusive, buckets cumulative, what is longer than all counts", async () => {
  const [mine, theirs] = [new Registry(), new Registry()];
  const own = new DurationHistogram({ name: NAME, help: "Help.", registers: [mine] });
  const model = new Histogram({
    name: NAME,
    help: "Help.",
    buckets: [...DURATION_BUCKETS_SECONDS],
    registers: [theirs],
  });
  model.zero({});
  expect(await mine.metrics()).toBe(await theirs.metrics());
  // Seconds that are powers of two, so that both sums are exact.
  for (const seconds of [0, -20, -16, -14, -12, -10, -5, -1, 0, 3].map((power) => 2 ** power)) {
    own.observe(seconds * 1000);
    model.observe(seconds);
  }
  expect(await mine.metrics()).toBe(await theirs.metrics());
});

test.each(DURATION_BUCKETS_SECONDS.map((seconds) => [seconds]))(
  "%d s is in the bucket of that bound",
  async (le) => {
    const registry = new Registry();
    const own = new DurationHistogram({ name: NAME, help: "Help.", registers: [registry] });
    own.observe(le * 1000);
    const lines = (await registry.metrics()).split("\n");
    expect(lines).toContain(`${NAME}_bucket{le="${le}"} 1`);
    expect(lines.find((line) => line.includes("_bucket") && line.endsWith(" 1"))).toBe(
      `${NAME}_bucket{le="${le}"} 1`,
    );
  },
);
