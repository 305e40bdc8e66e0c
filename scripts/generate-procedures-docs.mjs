// Makes docs/procedures.md from schema/procedures.schema.json. `--check` only compares, and ends with 1 on a difference.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "docs", "procedures.md");
const { $defs: definitions } = JSON.parse(
  readFileSync(join(root, "schema", "procedures.schema.json"), "utf8"),
);

const names = Object.keys(definitions)
  .filter((name) => name.endsWith(".arguments"))
  .map((name) => name.slice(0, -".arguments".length));

const text = `# Session procedures

Made from \`schema/procedures.schema.json\` by \`npm run docs\`. They are registered if the configuration has \`sessions\`, in each
of the routers' \`sessionRealms\`. \`P.\` stands for \`sessions.prefix\`.

- Arguments are keyword arguments only, and answers are maps. **Bold** arguments are required. Times are seconds since
  1970 UTC, durations seconds. What isn't known is null in an answer; leave it out of a call.
- Refused by default: \`sessions.roles\` says which role may call which procedure, on top of the router's own permissions.
  The router must say who calls: \`"disclose": {"caller": true}\` in the permission of the *calling* role.
- A caller sees and changes the sessions of the realm that it is joined to, and no others, unless its realm is in
  \`sessions.everyRealm\`.
- An answer comes after the change is synced to disk.
- A cookie value is only in the answers of \`login\` and \`rotate\`.

| procedure | what it does |
|---|---|
${names.map((name) => `| [\`P.${name}\`](#${name}) | ${firstSentence(definitions[`${name}.arguments`].description)} |`).join("\n")}

${names.map(section).join("\n")}
## Events

Published after the change is durable, unless \`sessions.events\` is false, in the session's realm. Let only those subscribe
who may know who comes and goes: the permission is the router's. Events are a hint, not a record: one that is published
while a router is away is lost.

| topic | when | \`reason\` |
|---|---|---|
| \`P.on_login\` | a session was made | \`login\` |
| \`P.on_update\` | a session was changed, or got a new value | \`update\`, \`rotate\` |
| \`P.on_logout\` | a session was ended | \`logout\`, \`logout-user\` (also by its user), \`replaced\` (by a login that presented it), \`session-limit\`, \`delete-all\` |
| \`P.on_purge\` | an expired session was deleted | \`purge\` |

${table("keyword argument", definitions.event)}

## Errors

The first argument is a text for people; \`wamp.error.invalid_argument\` has the argument's name as \`field\`.

| URI | when |
|---|---|
| \`wamp.error.not_authorized\` | the role isn't given the procedure by \`sessions.roles\`, or the router refuses the call; or it is about another realm |
| \`wamp.error.invalid_argument\` | an argument is missing, unknown or wrong, or is positional |
| \`wamp.error.unavailable\` | something failed that isn't the caller's fault, and nothing was changed as far as is known; the log has the reason |
| \`P.error.not_disclosed\` | the router doesn't say who calls |
| \`P.error.no_such_session\` | \`rotate\`, \`logout_mine\`: there is no such session, or it is another's |
| \`P.error.too_many_sessions\` | \`login\`, \`rotate\` to another realm: \`sessions.perUser\` with \`"beyond": "refuse"\` |
| \`P.error.role_not_allowed\` | \`login\`, \`rotate\`: sessions may not have this role or realm (\`authenticator.allowedRoles\` and its neighbours) |
`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("docs/procedures.md is not what schema/procedures.schema.json gives: run npm run docs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`wrote ${target}`);
}

function section(name) {
  const schema = definitions[`${name}.arguments`];
  const result = definitions[`${name}.result`];
  const hasArguments = Object.keys(schema.properties).length > 0;
  const choice = [schema, ...(schema.allOf ?? []).map(resolve)].find(({ oneOf }) => oneOf !== undefined);
  return [
    `## ${name}`,
    "",
    schema.description,
    "",
    ...(hasArguments ? [table("argument", schema)] : ["No arguments."]),
    ...(choice === undefined ? [] : ["", `Expected: ${choice.title}.`]),
    "",
    `Answer: ${result.title}. ${result.description}`,
    "",
    ...(result.properties === undefined ? [] : [table("key", result, false), ""]),
  ].join("\n");
}

function table(heading, schema, marksRequired = true) {
  return [`| ${heading} | what it is |`, "|---|---|", ...rows(schema, "", marksRequired)].join("\n");
}

function rows(schema, prefix, marksRequired) {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const property = resolve(value);
    const name = `\`${prefix}${key}\``;
    const isBold = marksRequired && (schema.required ?? []).includes(key);
    const cell = [property.description ?? "", `*${property.title}*`].filter((part) => part !== "").join(" ");
    const items = property.items ? resolve(property.items) : undefined;
    const inner = items?.properties
      ? rows(items, `${prefix}${key}[].`, marksRequired)
      : rows(property, `${prefix}${key}.`, marksRequired);
    return [`| ${isBold ? `**${name}**` : name} | ${cell.replaceAll("|", "\\|")} |`, ...inner];
  });
}

function resolve(node) {
  if (node.$ref === undefined) return node;
  return { ...definitions[node.$ref.replace("#/$defs/", "")], ...node };
}

function firstSentence(description) {
  return `${description.split(". ")[0].replace(/\.$/, "")}.`;
}
