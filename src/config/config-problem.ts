// A wrong key of the configuration file: where it is and what was expected there.

import { CookieAuthenticatorError } from "../errors.js";
import type { KeyProblem } from "../json-schema/key-problem.js";

/** One wrong key. Never holds a value of the file, since it may be a secret. */
export type ConfigProblem = KeyProblem;

/** The error for a file with these problems; `details.problems` lists them for programs. */
export function invalidConfig(file: string, problems: readonly ConfigProblem[]): CookieAuthenticatorError {
  return problemsError(
    "ERR_CONFIG_INVALID",
    file,
    problems,
    "mend the keys above; `check-config` looks again",
  );
}

/** An error that lists problems, one a line after the first. */
export function problemsError(
  code: "ERR_CONFIG_INVALID" | "ERR_CONFIG_SECRET",
  file: string,
  problems: readonly ConfigProblem[],
  hint: string,
): CookieAuthenticatorError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, message }) => `  ${path === "" ? "the file" : path}: ${message}`);
  return new CookieAuthenticatorError(code, [`${file} has ${count}:`, ...lines].join("\n"), {
    hint,
    details: { file, problems },
  });
}
