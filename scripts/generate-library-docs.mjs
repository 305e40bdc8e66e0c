// Makes docs/library.md from the docstrings and declarations of the package's public entries.

import { readPublicDeclarations } from "./docs/declarations.mjs";
import { writeOrCheck } from "./docs/write-or-check.mjs";

/** What `exports` of package.json gives: import path -> file of src/, and what it is for. */
const ENTRIES = [
  ["wamp-cookie-authenticator", "index.ts", "Authenticator, store, sessions, service, configuration."],
  ["wamp-cookie-authenticator/http", "web/http.ts", "The web door for plain `node:http`: [web.md](web.md)."],
  ["wamp-cookie-authenticator/express", "web/express.ts", "The web door for Express."],
  ["wamp-cookie-authenticator/fastify", "web/fastify.ts", "The web door for Fastify."],
];
const declarations = readPublicDeclarations(ENTRIES.map(([, file]) => file));
/** Name -> the entry under which it is described. */
const homes = new Map();

writeOrCheck(
  "docs/library.md",
  `# Library

Made from the source's docstrings by \`npm run docs\`: everything that the package exports. To begin with, the two examples
of [README.md](../README.md#library); for web applications [web.md](web.md). ESM, and \`require()\` works too. A rejected promise
or a thrown error is a \`CookieAuthenticatorError\` with a [code](errors.md). What isn't listed here may change at any time.

${ENTRIES.map(([name, , purpose], at) => entry(name, purpose, declarations[at])).join("\n")}`,
  "src/",
);

function entry(name, purpose, found) {
  const own = found.filter((declaration) => !homes.has(declaration.name));
  const also = found.filter((declaration) => homes.has(declaration.name)).map(({ name: one }) => link(one));
  for (const declaration of own) homes.set(declaration.name, name);
  return [
    `## ${name}`,
    "",
    purpose,
    ...(also.length === 0 ? [] : ["", `From here too: ${also.join(", ")}.`]),
    "",
    "| export | what it is |",
    "|---|---|",
    ...own.map((declaration) => `| ${link(declaration.name)} | ${summaryOf(declaration)} |`),
    "",
    ...own.map(section),
  ].join("\n");
}

function link(name) {
  return `[\`${name}\`](#${name.toLowerCase()})`;
}

/** The first sentence; what has no docstring explains itself, and gets its kind. */
function summaryOf({ doc, code }) {
  const [opening = ""] = textOf(doc).split(/\n(?=\n|- )/);
  const text = opening.replaceAll("\n", " ");
  const sentence = /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
  const kind = /^(?:async )?(\w+)/.exec(code)?.[1];
  return sentence === "" ? `*${kind}*` : sentence.replace(/:$/, ".").replaceAll("|", "\\|");
}

function section({ name, doc, code }) {
  const tags = [...doc.matchAll(/^@(\w+) ?(.*?)(?=^@|$(?![\s\S]))/gms)].map(([, tag, text]) => [
    tag,
    text.trim(),
  ]);
  const of = (tag) => tags.filter(([one]) => one === tag).map(([, text]) => text);
  const facts = [
    ...of("param").map((text) => text.replace(/^(\S+) (?:- )?/, "`$1`: ")),
    ...of("returns").map((text) => `Gives ${text}`),
    ...of("throws").map((text) => `Throws ${text}`),
  ].map((text) => `- ${text.replace(/\s*\n\s*/g, " ")}`);
  return [
    `### ${name}`,
    "",
    ...(textOf(doc) === "" ? [] : [textOf(doc), ""]),
    ...(facts.length === 0 ? [] : [...facts, ""]),
    // The codes have a page of their own.
    ...(name === "ErrorCode" ? ["All of them: [errors.md](errors.md)."] : ["```ts", code, "```"]),
    "",
    ...of("example").flatMap((text) => ["Example:", "", "```js", text, "```", ""]),
  ].join("\n");
}

/** The docstring before its tags. */
function textOf(doc) {
  return doc.replace(/^@[\s\S]*/m, "").trim();
}
