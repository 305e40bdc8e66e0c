// How an error appears on standard error: text for people, one JSON object for programs.

import { CommanderError } from "@commander-js/extra-typings";
import { CookieAuthenticatorError, type ErrorDetails } from "../errors.js";
import type { TextOutput } from "./cli-context.js";
import { toTerminalText } from "./terminal-text.js";

interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: ErrorDetails;
}

/** Writes an error; with `json` as one line `{"error": {"code", "message", "hint", "details"}}`. */
export function printError(error: unknown, stderr: TextOutput, options: { readonly json: boolean }): void {
  const report = toReport(error);
  if (options.json) {
    stderr.write(`${JSON.stringify({ error: report })}\n`);
    return;
  }
  const hint = report.hint === undefined ? "" : `hint: ${report.hint}\n`;
  stderr.write(toTerminalText(`error: ${report.message}\n${hint}code: ${report.code}\n`));
}

function toReport(error: unknown): ErrorReport {
  if (error instanceof CookieAuthenticatorError) {
    const { code, message, hint, details } = error;
    return { code, message, hint, details };
  }
  if (error instanceof CommanderError) {
    return {
      code: "ERR_ARGUMENT",
      message: withoutValues(error.message.replace(/^error: /, "")),
      hint: "--help after the command shows its options",
    };
  }
  // A fault of ours: its text isn't known to be free of cookie values, so its name and place must do.
  const name = error instanceof Error ? error.name : typeof error;
  const place =
    error instanceof Error ? (error.stack ?? "").split("\n").find((line) => /^\s+at /.test(line)) : "";
  return {
    code: "ERR_INTERNAL",
    message: `an unexpected ${name} ${place?.trim() ?? ""}`.trim(),
    hint: "please report this as a bug of wamp-cookie-authenticator",
  };
}

/** commander quotes what was typed, which may be a cookie value in the wrong place: only names stay. */
function withoutValues(message: string): string {
  return message
    .replace(/^command-argument value '.*' is invalid for/s, "a wrong value for")
    .replace(/ argument '.*' is invalid/s, " is invalid")
    .replace(/(-[^\s'=]*)=.*'/s, "$1=…'");
}
