// docs/metrics.md is what the metrics are, and its alerts ask for what there is.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createMetrics } from "../../src/metrics/create-metrics.js";
import { findNeeds } from "../support/promql.js";

test("it is up to date", () => {
  execFileSync(process.execPath, ["scripts/generate-metrics-docs.mjs", "--check"], { encoding: "utf8" });
});

test("every alert's expression is PromQL on metrics and labels that there are", async () => {
  const all = await (await createMetrics()).describe();
  const text = readFileSync("docs/metrics.md", "utf8").split("## What to be woken for")[1] ?? "";
  const expressions = [...text.matchAll(/\| `(.+)`[^|`]*\|$/gm)].map(([, code = ""]) =>
    code.replaceAll("\\|", "|"),
  );
  expect(expressions).toHaveLength(8);
  for (const expression of expressions) {
    for (const { name, labels } of findNeeds(expression).metrics) {
      const metric = all.find((one) => one.name === name);
      expect([name, metric?.labels]).toEqual([name, expect.arrayContaining([...labels])]);
    }
  }
});
