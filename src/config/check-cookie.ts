// What the schema can't say about `cookie`: which attributes go together.

import { checkCookieAttributes } from "../session/set-cookie.js";
import type { CookieSection } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";
import { toCookieAttributes } from "./to-sessions-config.js";

/** The problems of `cookie`, each by its path. */
export function checkCookie(section: CookieSection): ConfigProblem[] {
  return checkCookieAttributes(toCookieAttributes(section), section.name).map(({ field, message }) => ({
    path: `cookie.${field}`,
    message,
  }));
}
