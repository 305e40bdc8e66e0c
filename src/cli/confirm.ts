// Asks the person at the terminal before something is deleted.

import { CookieAuthenticatorError } from "../errors.js";
import type { CliContext } from "./cli-context.js";
import { interrupted } from "./interruptible.js";
import { toTerminalText } from "./terminal-text.js";

/**
 * Before any work: a deletion that nobody can be asked about needs `--yes`.
 *
 * @throws `ERR_ARGUMENT`
 */
export function checkCanAsk(isYes: boolean, { ask }: Pick<CliContext, "ask">): void {
  if (isYes || ask !== undefined) return;
  throw new CookieAuthenticatorError("ERR_ARGUMENT", "there is no terminal to ask on", {
    hint: "--dry-run shows what would go, --yes does it without a question",
  });
}

/**
 * @param undone what is said of a no: `nothing was revoked`
 * @throws `ERR_INTERRUPTED` unless the answer is yes
 */
export async function confirm(
  question: string,
  undone: string,
  signal: AbortSignal,
  { ask }: Pick<CliContext, "ask">,
): Promise<void> {
  let answer = "";
  try {
    answer = (await ask?.(toTerminalText(question), signal)) ?? "";
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!/^y(es)?$/i.test(answer.trim()))
    throw interrupted(signal.aborted ? `interrupted: ${undone}` : `not confirmed: ${undone}`);
}
