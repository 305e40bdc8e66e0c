// Live sessions that didn't come through us, but by Crossbar's own login on a transport with cookie tracking.

import type { CookieReader } from "../store/cookie-reader.js";
import type { LiveSession } from "./live-session.js";
import { findTrackingValue, parseSessionDetails } from "./parse-session-details.js";

/**
 * The session in a router's details, with the oid of Crossbar's tracking cookie where it has none of ours. Only where the
 * cookie is the user's own: another login over the same cookie may have been somebody else's.
 *
 * A store that can't answer at once, or not at all, leaves such a session without an oid; no Crossbar writes to a store
 * in the network.
 */
export function findLiveSession(
  details: unknown,
  realm: string,
  reader: Pick<CookieReader, "findUsed">,
): LiveSession | undefined {
  const live = parseSessionDetails(details);
  if (live === undefined || live.oid !== undefined) return live;
  const value = findTrackingValue(details);
  const cookie = value === undefined ? undefined : lookUp(value, reader);
  if (cookie === undefined) return live;
  const isOwn =
    cookie.authid === live.authid && cookie.authrole === live.authrole && cookie.authrealm === realm;
  return isOwn ? { ...live, oid: cookie.oid, isTracked: true } : live;
}

function lookUp(value: string, reader: Pick<CookieReader, "findUsed">) {
  try {
    const found = reader.findUsed({ value });
    if (!(found instanceof Promise)) return found?.cookie;
    found.catch(() => {});
    return undefined;
  } catch {
    return undefined;
  }
}
