// Makes docs/cli.md from the command tree itself: what `--help` prints, for every command.

import { register } from "tsx/esm/api";
import { writeOrCheck } from "./docs/write-or-check.mjs";

register();
const { createProgram } = await import("../src/cli/program.ts");

let written = "";
const output = {
  write: (text) => {
    written += text;
    return true;
  },
  once: () => {},
  off: () => {},
  writable: true,
};
// Help needs no more of the context than where to write.
const program = createProgram({ stdin: [], stdout: output, stderr: output, env: {}, version: "0.0.0" });
const commands = leavesOf(program, []);

writeOrCheck(
  "docs/cli.md",
  `# Command line

What \`--help\` prints, for every command; made from the commands themselves by \`npm run docs\`. A cookie's value is never an
argument, since every user of a machine can list the arguments: other commands name a record by its oid, or read the value
from a file or standard input. Errors have codes: [errors.md](errors.md).

| command | what it does |
|---|---|
${commands.map(({ name, command }) => `| [\`${name}\`](#${toAnchor(name)}) | ${toCell(command.description())} |`).join("\n")}

## wamp-cookie-authenticator

\`\`\`text
${helpOf(program)}
\`\`\`

${commands.map(({ name, command }) => `## ${name}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`).join("\n")}`,
  "src/cli",
);

/** Commands that do something, in the order of --help. */
function leavesOf(parent, names) {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .flatMap((command) => {
      const path = [...names, command.name()];
      return command.commands.length > 0 ? leavesOf(command, path) : [{ name: path.join(" "), command }];
    });
}

function helpOf(command) {
  written = "";
  command.outputHelp();
  return written.trim();
}

function toAnchor(name) {
  return name.replaceAll(" ", "-");
}

function toCell(description) {
  return description.replaceAll("|", "\\|");
}
