// reload: asks a running component to read its configuration again.

import type { Command } from "@commander-js/extra-typings";
import { loadConfig } from "../../config/load-config.js";
import type { CliContext } from "../cli-context.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `reload`. */
export function addReload(program: Command, context: CliContext): void {
  program
    .command("reload")
    .description("ask a running component to read its configuration again")
    .requiredOption("--pid-file <file>", "the pid file that it was started with")
    .option("--config <file>", "check this file first, and ask only if it is right")
    .addHelpText(
      "after",
      `
It sends SIGHUP, as \`systemctl reload\` does. What came of it is in the
component's log. A file that can't be used changes nothing. What needs a restart
is said there and stays as it was: the store, sessions.mode and sessions.prefix,
whether there are sessions and an authorizer, ports, log.format.

Example:
  $ wamp-cookie-authenticator reload --config config.json \\
      --pid-file /run/wamp-cookie-authenticator/pid`,
    )
    .action(async (options) => {
      if (options.config !== undefined) await loadConfig(options.config, { env: context.env });
      const pid = await context.signalReload(options.pidFile);
      const text = `asked process ${pid} to read its configuration again; its log says what came of it\n`;
      await writeText(context.stdout, toTerminalText(text));
    });
}
