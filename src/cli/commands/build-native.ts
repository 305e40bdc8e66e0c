// build-native: compiles the database engine for LMDB 0.9's data format.

import type { Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { writeText } from "../write-text.js";

/** Adds `build-native`. */
export function addBuildNative(program: Command, context: CliContext): void {
  program
    .command("build-native")
    .description("compile the database engine (C++ compiler, make, Python 3)")
    .option("--if-missing", "do nothing if it is there already")
    .addHelpText("after", "\nExample:\n  $ wamp-cookie-authenticator build-native --if-missing")
    .action(async (options) => {
      const built = await context.buildNative({
        ifMissing: options.ifMissing === true,
        report: (line) => context.stderr.write(`${line}\n`),
      });
      await writeText(
        context.stdout,
        built === "built" ? "the engine is built\n" : "the engine is there already\n",
      );
    });
}
