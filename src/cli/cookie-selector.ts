// Which cookie a command is about: an oid or `--value-file FILE`, exactly one of them.

import { CookieAuthenticatorError } from "../errors.js";
import type { CliContext } from "./cli-context.js";
import { readCookieValue } from "./read-cookie-value.js";

/** One cookie, by its oid or its value. */
export type CookieSelector = { readonly oid: string } | { readonly value: string };

/**
 * The selector of the options.
 *
 * @param options.oids where an oid may have been given
 * @throws `ERR_ARGUMENT` unless exactly one is there, or if the value can't be read
 */
export async function toCookieSelector(
  options: { readonly oids: readonly (string | undefined)[]; readonly valueFile?: string | undefined },
  context: Pick<CliContext, "stdin">,
): Promise<CookieSelector> {
  const { valueFile } = options;
  const [oid, ...more] = options.oids.filter((given) => given !== undefined);
  if (oid !== undefined && more.length === 0 && valueFile === undefined) return { oid };
  if (oid === undefined && valueFile !== undefined)
    return { value: await readCookieValue(valueFile, context) };
  throw new CookieAuthenticatorError("ERR_ARGUMENT", "expected either --oid OID or --value-file FILE", {
    hint: "`cookies list` shows the oids; --value-file - reads a value from standard input",
  });
}

/** The error for a cookie that isn't there; it names an oid, never a value. */
export function cookieNotFound(selector: CookieSelector): CookieAuthenticatorError {
  const which = "oid" in selector ? `the oid ${selector.oid}` : "this value";
  return new CookieAuthenticatorError("ERR_COOKIE_NOT_FOUND", `no cookie has ${which}`, {
    hint: "`cookies list` shows all cookies",
  });
}
