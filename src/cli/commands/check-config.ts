// check-config: everything that can be known of a configuration without starting.

import type { Command } from "@commander-js/extra-typings";
import { loadConfig } from "../../config/load-config.js";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CliContext } from "../cli-context.js";
import { describeStore } from "../describe-store.js";
import { findNodeFindings, toFindingText } from "../node-findings.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `check-config`. */
export function addCheckConfig(program: Command, context: CliContext): void {
  program
    .command("check-config")
    .description("check a configuration, and Crossbar's with it")
    .argument("<file>", "configuration file")
    .option("--node <file>", "Crossbar's config.json, instead of crossbarNode")
    .option("--json", "print {ok, file, warnings, findings} as JSON")
    .addHelpText(
      "after",
      `
Run it with the environment of the service: secrets are looked up too.
It ends with 2 if anything is wrong, with 0 if there are only warnings.

Example:
  $ wamp-cookie-authenticator check-config config.json \\
      --node .crossbar/config.json`,
    )
    .action(async (file, options) => {
      const { config, warnings } = await loadConfig(file, { env: context.env });
      const findings = await findNodeFindings(config, options.node);
      const errors = findings.filter(({ level }) => level === "error").length;
      if (options.json === true) {
        const report = { ok: errors === 0, file: config.file, warnings, findings };
        await writeText(context.stdout, `${JSON.stringify(report)}\n`);
      } else {
        const lines = [...warnings.map((warning) => `warning: ${warning}`), ...findings.map(toFindingText)];
        // Of a path there is nothing to say; a server is said as it was understood.
        if (config.store.type === "valkey") lines.push(`store: ${describeStore(config.store)}`);
        if (errors === 0) lines.push(`ok: ${config.file}`);
        await writeText(context.stdout, toTerminalText(`${lines.join("\n")}\n`));
      }
      if (errors > 0) throw nodeError(errors);
    });
}

function nodeError(errors: number): CookieAuthenticatorError {
  const count = errors === 1 ? "1 error" : `${errors} errors`;
  return new CookieAuthenticatorError("ERR_CONFIG_INVALID", `${count} in Crossbar's node configuration`, {
    hint: "they are listed on standard output",
  });
}
