// Makes docs/configuration.md from schema/config.schema.json. `--check` only compares, and ends with 1 on a difference.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "docs", "configuration.md");
const schema = JSON.parse(readFileSync(join(root, "schema", "config.schema.json"), "utf8"));

const text = `# Configuration

One JSON file. Made from \`schema/config.schema.json\` by \`npm run docs\`; name that schema as \`$schema\` and your editor
shows the same. An unknown or wrong key is named by its path, with what was expected. Relative paths are relative to
the file. **Bold** keys are required. Times are in seconds, sizes in bytes.

A *secret* is \`{"env": "NAME"}\` (an environment variable), \`{"file": "path"}\` (its content, one newline at the end
dropped) or, least good, the text itself.

| key | what it is |
|---|---|
${rows(schema, "").join("\n")}
`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("docs/configuration.md is not what schema/config.schema.json gives: run npm run docs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`wrote ${target}`);
}

function rows(node, prefix) {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const property = resolve(value);
    const path = `${prefix}${key}`;
    const isRequired = (node.required ?? []).includes(key);
    // What tells the variants apart stands with its value.
    const values = property.const === undefined ? (isRequired && property.enum) || [] : [property.const];
    const written =
      values.length === 0 ? path : `${path}: ${values.map((value) => `"${value}"`).join(" or ")}`;
    const name = isRequired ? `**\`${written}\`**` : `\`${written}\``;
    const expected = property.title ? `${property.title}` : "";
    const description = (property.description ?? "").replaceAll("|", "\\|");
    const own = `| ${name} | ${[description, `*${expected.replaceAll("|", "\\|")}*`].filter((part) => part !== "**").join(" ")} |`;
    const items = property.items ? resolve(property.items) : undefined;
    const inner = items?.properties
      ? rows(items, `${path}[].`)
      : isSecret(value)
        ? []
        : rows(property, `${path}.`);
    return [own, ...inner, ...(isSecret(value) ? [] : variants(property, path))];
  });
}

/** What depends on a method or type: `auth`, `store`; or on there being an object: `store.tls`. */
function variants(property, path) {
  const conditions = [...(property.allOf ?? []).toReversed(), property].flatMap(({ then }) => then ?? []);
  return [...(property.oneOf ?? []), ...conditions].flatMap((variant) => rows(resolve(variant), `${path}.`));
}

function resolve(node) {
  if (node.$ref === undefined) return node;
  const target = node.$ref.replace("#/$defs/", "");
  return { ...schema.$defs[target], ...node };
}

function isSecret(node) {
  return node.$ref === "#/$defs/secret";
}
