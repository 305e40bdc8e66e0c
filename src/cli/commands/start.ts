// start: runs the authenticator until a signal stops it.

import { type Command, Option } from "@commander-js/extra-typings";
import { type LoadedConfig, loadConfig } from "../../config/load-config.js";
import type { CliContext } from "../cli-context.js";
import { findNodeFindings, toFindingText } from "../node-findings.js";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const LOG_FORMATS = ["json", "pretty"] as const;

/** Adds `start`. `--log-level` and `--log-format` win over the file. */
export function addStart(program: Command, context: CliContext): void {
  program
    .command("start")
    .description("run the authenticator until SIGTERM or SIGINT")
    .requiredOption("--config <file>", "configuration file")
    .addOption(new Option("--log-level <level>", "instead of log.level").choices(LOG_LEVELS))
    .addOption(new Option("--log-format <format>", "instead of log.format").choices(LOG_FORMATS))
    .option("--pid-file <file>", "write the process number here, for `reload`")
    .option("--restart", "start it again when it ends with a fault")
    .addHelpText(
      "after",
      `
--restart is for guest workers of Crossbar, which starts them only once; systemd
restarts by itself.

SIGHUP, or \`reload\`, reads the configuration again: see \`reload --help\`.

Example:
  $ wamp-cookie-authenticator start --config config.json --log-format pretty`,
    )
    .action(async (options) => {
      const load = async (): Promise<LoadedConfig> => {
        const { config, warnings } = await loadConfig(options.config, { env: context.env });
        const log = {
          ...config.log,
          level: options.logLevel ?? config.log.level,
          format: options.logFormat ?? config.log.format,
        };
        // A wrong node configuration is said and no more: this component may well be right, and the router is up.
        const findings = await findNodeFindings(config, undefined).catch((error: unknown) => [
          {
            level: "warning" as const,
            path: "",
            message: messageOf(error),
            hint: "`check-config` says more",
          },
        ]);
        return { config: { ...config, log }, warnings: [...warnings, ...findings.map(toFindingText)] };
      };
      const { config, warnings } = await load();
      if (options.restart === true) return context.superviseStart(config.log);
      await context.startService(config, warnings, { load, pidFile: options.pidFile });
    });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "it can't be checked";
}
