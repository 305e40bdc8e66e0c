// completion: prints the script by which a shell completes our commands.

import { Argument, type Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { toBashScript } from "../completion/bash-script.js";
import { toCommandWords } from "../completion/command-words.js";
import { toFishScript } from "../completion/fish-script.js";
import { toZshScript } from "../completion/zsh-script.js";
import { writeText } from "../write-text.js";

const SCRIPTS = { bash: toBashScript, zsh: toZshScript, fish: toFishScript } as const;

/** Adds `completion`. */
export function addCompletion(program: Command, context: CliContext): void {
  program
    .command("completion")
    .description("print a completion script for bash, zsh or fish")
    .addArgument(new Argument("<shell>", "which shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
The script knows commands, options, choices, and where a file belongs; it
doesn't look into any database. Make it anew after an upgrade.

  bash  source <(wamp-cookie-authenticator completion bash)   in ~/.bashrc
  zsh   … completion zsh > "\${fpath[1]}/_wamp-cookie-authenticator"
  fish  … completion fish \\
          > ~/.config/fish/completions/wamp-cookie-authenticator.fish

Example:
  $ wamp-cookie-authenticator completion bash`,
    )
    .action(async (shell) => {
      await writeText(context.stdout, SCRIPTS[shell](program.name(), toCommandWords(program)));
    });
}
