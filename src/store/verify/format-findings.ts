// Findings as lines of text, for people.

import type { Finding, FindingExample } from "./findings.js";

/** As many examples are shown; the report has more. */
const SHOWN_MAX = 10;

/** One line for each kind of finding, and one for each of its first examples. */
export function formatFindings(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, title, kind, count, examples }) => {
    const shown = examples.slice(0, SHOWN_MAX).map((example) => `  ${formatExample(example)}`);
    const rest = count - shown.length;
    return [`${level}: ${title} (${kind}): ${count}`, ...shown, ...(rest > 0 ? [`  and ${rest} more`] : [])];
  });
}

function formatExample({ oid, otherOid, page, slot, what }: FindingExample): string {
  return [
    oid === undefined ? [] : [oid],
    otherOid === undefined ? [] : [`and ${otherOid}`],
    page === undefined ? [] : [`page ${page}`],
    slot === undefined ? [] : [`slot ${slot}`],
    what === undefined ? [] : [what],
  ]
    .flat()
    .join(", ");
}
