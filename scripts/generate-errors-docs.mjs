// Makes docs/errors.md from src/errors.ts, src/cli/exit-status.ts and scripts/docs/error-mends.mjs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_MENDS } from "./docs/error-mends.mjs";
import { root, writeOrCheck } from "./docs/write-or-check.mjs";

const groups = readGroups();
const codes = groups.flatMap(({ entries }) => entries.map(({ code }) => code));
const unmended = codes.filter((code) => !(code in ERROR_MENDS));
const strangers = Object.keys(ERROR_MENDS).filter((code) => !codes.includes(code));
if (unmended.length > 0 || strangers.length > 0) {
  const lacks = `scripts/docs/error-mends.mjs lacks ${unmended.join(", ") || "nothing"}`;
  console.error(`${lacks}, and has, beside src/errors.ts, ${strangers.join(", ") || "nothing"}`);
  process.exit(1);
}
const statuses = readStatuses();

writeOrCheck(
  "docs/errors.md",
  `# Errors

Made from [src/errors.ts](../src/errors.ts) by \`npm run docs\`. A code never changes its meaning; messages may be worded anew.
On the command line an error is a message, a hint and its code, or with \`--json\` one object; in the log it is \`code\` and
\`hint\` of a line; in the library it is \`CookieAuthenticatorError\` with \`code\`, \`message\`, \`hint\` and \`details\`. None of
them ever holds a cookie value or a secret. \`ERR_INTERNAL\`, on the command line only, is a bug of ours: please report it.

By symptom instead of code: [troubleshooting](guides/troubleshooting.md).

| code | what it is |
|---|---|
${groups.flatMap(({ entries }) => entries.map(row)).join("\n")}

${groups.map(section).join("\n")}`,
  "src/errors.ts",
);

function row({ code, meaning }) {
  return `| [\`${code}\`](#${code.toLowerCase()}) | ${meaning} |`;
}

function section({ title, entries }) {
  return [`## ${title[0].toUpperCase()}${title.slice(1)}`, "", ...entries.map(entry)].join("\n");
}

function entry({ code, meaning }) {
  const [when, mend] = ERROR_MENDS[code];
  const status = statuses.get(code) ?? 1;
  return [
    `### ${code}`,
    "",
    `${meaning[0].toUpperCase()}${meaning.slice(1)}.`,
    "",
    `- When: ${when}.`,
    `- Mend: ${mend}`,
    `- Exit status of a command that ends with it: ${status}.`,
    "",
  ].join("\n");
}

/** The union's members, under the comment that heads them. */
function readGroups() {
  const text = readFileSync(join(root, "src", "errors.ts"), "utf8");
  const union = text.slice(text.indexOf("export type ErrorCode"), text.indexOf("/** Structured facts"));
  const found = [];
  for (const line of union.split("\n")) {
    const heading = /^ {2}\/\/ (.+)$/.exec(line);
    const member = /^ {2}\| "(ERR_\w+)";? \/\/ (.+)$/.exec(line);
    if (heading) found.push({ title: heading[1], entries: [] });
    else if (member) found.at(-1).entries.push({ code: member[1], meaning: member[2] });
    else if (/ERR_/.test(line))
      throw new Error(`src/errors.ts: a code needs its comment in the same line: ${line}`);
  }
  return found;
}

/** What src/cli/exit-status.ts makes of the codes; the others are 1. */
function readStatuses() {
  const text = readFileSync(join(root, "src", "cli", "exit-status.ts"), "utf8");
  const numbers = new Map(
    [...text.matchAll(/^ {2}(\w+): (\d+),$/gm)].map(([, name, number]) => [name, number]),
  );
  return new Map(
    [...text.matchAll(/^ {2}(ERR_\w+): EXIT_STATUS\.(\w+),$/gm)].map(([, code, name]) => [
      code,
      numbers.get(name),
    ]),
  );
}
