// What a router says of a joined session, in `wamp.session.on_join`, `wamp.session.get` and to its authorizers.

import { isCookieValue } from "../record/cookie-value.js";
import { OID_KEY } from "../record/oid-key.js";
import { isUuidText } from "../record/uuid.js";
import type { LiveSession } from "./live-session.js";

/**
 * The session in a router's details, or `undefined` if they name none. Of all that they hold, Cookie headers
 * included, only three texts are kept.
 *
 * The oid is what our own reply said, unless the client came by a login that copies HELLO's `authextra`, as
 * Crossbar's static `anonymous` does: such a client can name any oid, and does itself alone harm with it. Whoever
 * shows sessions by their oid must compare the authid as well.
 */
export function parseSessionDetails(details: unknown): LiveSession | undefined {
  const session = ownValue(details, "session");
  if (typeof session !== "number" || !Number.isSafeInteger(session) || session < 0) return undefined;
  const authid = ownValue(details, "authid");
  const authrole = ownValue(details, "authrole");
  // Our own reply always has both: without them the oid isn't ours.
  const isPrincipal = typeof authid === "string" && typeof authrole === "string";
  return {
    session,
    authid: isPrincipal ? authid : "",
    authrole: isPrincipal ? authrole : "",
    oid: isPrincipal ? findOid(ownValue(details, "authextra")) : undefined,
    isTracked: false,
    toldNs: undefined,
    isOverdue: false,
  };
}

/** In lower case, as records say it. */
function findOid(authextra: unknown): string | undefined {
  const oid = ownValue(authextra, OID_KEY);
  return typeof oid === "string" && isUuidText(oid) ? oid.toLowerCase() : undefined;
}

/**
 * Value of Crossbar's tracking cookie on the connection, whose record the router itself has stored. It is a secret: it is
 * to be looked up at once, and kept nowhere.
 */
export function findTrackingValue(details: unknown): string | undefined {
  const value = ownValue(ownValue(details, "transport"), "http_cbtid");
  return typeof value === "string" && isCookieValue(value) ? value : undefined;
}

function ownValue(map: unknown, key: string): unknown {
  if (typeof map !== "object" || map === null || !Object.hasOwn(map, key)) return undefined;
  return (map as Record<string, unknown>)[key];
}
