// crossbar check: a node configuration of Crossbar held against ours.

import type { Command } from "@commander-js/extra-typings";
import { loadConfig } from "../../config/load-config.js";
import { checkCrossbarNode } from "../../crossbar-node/check-crossbar-node.js";
import { checkNodeFiles } from "../../crossbar-node/check-node-files.js";
import { loadCrossbarNode } from "../../crossbar-node/load-crossbar-node.js";
import type { NodeFinding } from "../../crossbar-node/node-finding.js";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CliContext } from "../cli-context.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `crossbar check`. */
export function addCrossbarCheck(crossbar: Command, context: CliContext): void {
  crossbar
    .command("check")
    .description("find traps and mismatches in a node configuration of Crossbar")
    .argument("<node-config>", "Crossbar's config.json or config.yaml")
    .requiredOption("--config <file>", "configuration file of this component")
    .option("--strict", "end with 2 for warnings too")
    .option("--json", "print {ok, file, config, findings} as JSON")
    .addHelpText(
      "after",
      `
It looks at both files, and at the modes of the database's files; at nothing
that runs. docs/crossbar.md lists what it finds. Ends with 0 if there are no
errors, with 2 if there are.

Example:
  $ wamp-cookie-authenticator crossbar check .crossbar/config.json \\
      --config authenticator.json`,
    )
    .action(async (nodeFile, options) => {
      const { config } = await loadConfig(options.config, { env: context.env });
      const { file, node, nodeDirectory } = await loadCrossbarNode(nodeFile);
      const findings = [
        ...checkCrossbarNode(node, config, { nodeDirectory }),
        ...(await checkNodeFiles(node, file, config)),
      ];
      const wrong = findings.filter(({ level }) => level === "error" || options.strict === true).length;
      const ok = wrong === 0;
      const text =
        options.json === true
          ? JSON.stringify({ ok, file, config: config.file, findings })
          : toTerminalText([...findings.map(toText), summary(findings, file)].join("\n"));
      await writeText(context.stdout, `${text}\n`);
      if (!ok) throw nodeError(wrong, file);
    });
}

function toText({ kind, level, path, message, hint }: NodeFinding): string {
  return `${level} (${kind})${path === "" ? "" : ` at ${path}`}: ${message}\n  hint: ${hint}`;
}

function summary(findings: readonly NodeFinding[], file: string): string {
  if (findings.length === 0) return `ok: ${file}`;
  const errors = findings.filter(({ level }) => level === "error").length;
  return `${count(errors, "error")}, ${count(findings.length - errors, "warning")}: ${file}`;
}

function nodeError(wrong: number, file: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_CONFIG_INVALID", `${count(wrong, "problem")} in ${file}`, {
    hint: "they are listed on standard output",
  });
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
