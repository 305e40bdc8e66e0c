// What a PromQL expression asks for, by Prometheus' own grammar: metrics, and the labels that it names.

import { parser } from "@prometheus-io/lezer-promql";

/** What one expression needs. `labels`: those that it selects or groups by, of each metric or of any of them. */
export interface PromQlNeeds {
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  readonly groupingLabels: readonly string[];
}

/** @throws Error if it is no PromQL */
export function findNeeds(expression: string): PromQlNeeds {
  const metrics: { name: string; labels: string[] }[] = [];
  const groupingLabels: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to, node }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression}`);
      if (type.name === "VectorSelector") metrics.push({ name: "", labels: [] });
      const current = metrics.at(-1);
      if (type.name === "Identifier" && current !== undefined) current.name = text;
      if (type.name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") groupingLabels.push(text);
      else current?.labels.push(text);
    },
  });
  return { metrics, groupingLabels };
}
