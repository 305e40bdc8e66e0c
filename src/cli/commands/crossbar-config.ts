// crossbar config: a node configuration for Crossbar that matches ours.

import { type Command, Option } from "@commander-js/extra-typings";
import type { Config, RouterConfig } from "../../config/config.js";
import { loadConfig } from "../../config/load-config.js";
import {
  makeCrossbarNode,
  makeNodePart,
  NODE_PARTS,
  nodeNotes,
} from "../../crossbar-node/make-crossbar-node.js";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CliContext } from "../cli-context.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `crossbar config`. */
export function addCrossbarConfig(crossbar: Command, context: CliContext): void {
  crossbar
    .command("config")
    .description("print a node configuration for Crossbar that matches ours")
    .requiredOption("--config <file>", "configuration file of this component")
    .addOption(
      new Option("--part <part>", "what to print")
        .choices([...NODE_PARTS, "all"] as const)
        .default("all" as const),
    )
    .option("--router <name>", "which of our routers runs the node, if there are several")
    .option("--json", "print it in one line, and no notes")
    .addHelpText(
      "after",
      `
Prints JSON on standard output, and on standard error what is left to fill in.
No secret is printed.

Example:
  $ wamp-cookie-authenticator crossbar config --config authenticator.json \\
      > .crossbar/config.json`,
    )
    .action(async (options) => {
      const { config } = await loadConfig(options.config, { env: context.env });
      const request = { config, router: findRouter(config, options.router), command: context.ownCommand };
      const made = options.part === "all" ? makeCrossbarNode(request) : makeNodePart(options.part, request);
      const indent = options.json === true ? undefined : 2;
      await writeText(context.stdout, `${JSON.stringify(made, undefined, indent)}\n`);
      if (options.part !== "all" || options.json === true) return;
      await writeText(
        context.stderr,
        toTerminalText(
          nodeNotes(request)
            .map((note) => `note: ${note}\n`)
            .join(""),
        ),
      );
    });
}

function findRouter({ routers, file }: Config, name: string | undefined): RouterConfig {
  const [first] = routers;
  const found = name === undefined && routers.length === 1 ? first : routers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = routers.map((router) => router.name).join(", ");
  throw new CookieAuthenticatorError(
    "ERR_ARGUMENT",
    name === undefined ? `${file} has several routers` : `${file} has no router named ${name}`,
    { hint: `--router NAME, with one of: ${names}` },
  );
}
