// Runs one command line against a context.

import { CommanderError } from "@commander-js/extra-typings";
import type { CliContext } from "./cli-context.js";
import { EXIT_STATUS, type ExitStatus, exitStatusOf } from "./exit-status.js";
import { printError } from "./print-error.js";
import { createProgram } from "./program.js";

/**
 * Runs a command and resolves with the exit status; never rejects.
 *
 * @param args without the executable: `["db", "info", "PATH"]`
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitStatus> {
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return EXIT_STATUS.ok;
  } catch (error) {
    const status = exitStatusOf(error);
    // commander has written help that was asked for; help for want of a command goes with no further error.
    const isHelp = error instanceof CommanderError && /^commander\.(help|version)/.test(error.code);
    if (!isHelp) printError(error, context.stderr, { json: args.includes("--json") });
    return status;
  }
}
