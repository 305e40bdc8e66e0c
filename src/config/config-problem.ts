// A wrong key of the configuration file: where it is and what was expected there.

import { CookieAuthenticatorError } from "../errors.js";

/** One wrong key. Neither field ever holds a value of the file, since it may be a secret. */
export interface ConfigProblem {
  /** Path of the key, such as `routers[0].auth.method`. */
  readonly path: string;
  /** What is wrong with it, and what was expected. */
  readonly message: string;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** `["routers", 0, "url"]` as `routers[0].url`; keys that are no plain words as `["…"]`. */
export function toKeyPath(keys: readonly (string | number)[]): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number") path += `[${key}]`;
    else if (!PLAIN_KEY.test(key)) path += `[${JSON.stringify(key)}]`;
    else path += path === "" ? key : `.${key}`;
  }
  return path;
}

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
