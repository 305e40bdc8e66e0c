// The Grafana dashboard, held against a scrape: every metric and every label that its queries name must be there.

import { readFileSync } from "node:fs";
import { findNeeds } from "./promql.js";
import type { Sample } from "./scrape.js";

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** One query of the dashboard. */
export interface DashboardQuery {
  readonly panel: string;
  /** With Grafana's variables replaced. */
  readonly expression: string;
  /** Labels in its legend. */
  readonly legend: readonly string[];
}

/** Labels that Prometheus itself adds to each sample. */
const BY_PROMETHEUS = ["instance", "job"];

export function readQueries(file = "dashboards/wamp-cookie-authenticator.json"): DashboardQuery[] {
  const { panels } = JSON.parse(readFileSync(file, "utf8")) as { readonly panels: readonly Panel[] };
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      panel: title,
      expression: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
      legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
    })),
  );
}

/** What a query names and the scrape hasn't, one line each. */
export function findMissing(
  { panel, expression, legend }: DashboardQuery,
  scrape: readonly Sample[],
): string[] {
  const { metrics, groupingLabels } = findNeeds(expression);
  if (metrics.length === 0) return [`${panel}: no metric in ${expression}`];
  const labelsOf = (name: string): readonly string[] | undefined => {
    const samples = scrape.filter((sample) => sample.name === name);
    return samples.length === 0
      ? undefined
      : [...BY_PROMETHEUS, ...samples.flatMap(({ labels }) => Object.keys(labels))];
  };
  return metrics.flatMap(({ name, labels }) => {
    const known = labelsOf(name);
    if (known === undefined) return [`${panel}: no metric ${name}`];
    return [...new Set([...labels, ...groupingLabels, ...legend])]
      .filter((label) => !known.includes(label))
      .map((label) => `${panel}: ${name} has no label ${label}`);
  });
}

/** What a scrape has beside the rest where there is a near cache, which a database of LMDB never has. */
export const NEAR_CACHE_SAMPLES: readonly Sample[] = [
  { name: "wamp_cookie_authenticator_store_near_cache_on", labels: {}, value: 1 },
  { name: "wamp_cookie_authenticator_store_near_cache_entries", labels: {}, value: 1 },
  { name: "wamp_cookie_authenticator_store_near_cache_lookups_total", labels: { result: "hit" }, value: 1 },
];
