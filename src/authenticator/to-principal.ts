// Step 9: from a checked cookie to who the client is.

import type { Cookie } from "../record/cookie.js";
import { findUnencodable } from "../record/find-unencodable.js";
import { type Denial, deny, type Principal } from "./outcome.js";
import type { AuthenticatorPolicy } from "./policy.js";

/**
 * The principal of a cookie that passed all checks. Its authextra is looked through first: a value that the client's
 * serializer can't carry would leave the client hanging, with no answer and no line in the router's log.
 */
export function toPrincipal(cookie: Cookie, policy: AuthenticatorPolicy): Principal | Denial {
  const { oid } = cookie;
  const extra = selectKeys(cookie.authextra, policy.authextraKeys);
  const unencodable = findUnencodable(extra, "authextra");
  if (unencodable !== undefined) return deny("extra-not-encodable", { oid, detail: unencodable });
  return {
    realm: cookie.authrealm ?? "",
    authid: cookie.authid ?? "",
    role: cookie.authrole ?? "",
    extra,
    oid,
  };
}

function selectKeys(
  extra: { readonly [key: string]: unknown },
  keys: readonly string[] | undefined,
): { readonly [key: string]: unknown } {
  return keys === undefined
    ? extra
    : Object.fromEntries(Object.entries(extra).filter(([key]) => keys.includes(key)));
}
