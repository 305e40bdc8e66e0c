// One cookie as a row of a listing: what the record says, its state, and when its time is over.

import { CookieAuthenticatorError, type ErrorCode } from "../errors.js";
import { findExpiryNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import type { JsonValue } from "../record/json-value.js";
import { deviceOf } from "../session/device.js";
import { findState, type SessionState } from "../session/session-state.js";
import type { CookieUse } from "../store/cookie-reader.js";

/** A record that can be read in all its fields. */
export interface CookieRow {
  readonly cookie: Cookie;
  /** All its fields but the value, decoded. */
  readonly fields: ReturnType<Cookie["marshal"]>;
  readonly state: SessionState;
  readonly use: CookieUse | undefined;
  /** The absolute end, ns since 1970 UTC; `undefined`: never. */
  readonly expiryNs: bigint | undefined;
}

/** A record that can't: its oid is all that is known. */
export interface DamagedRow {
  readonly oid: string;
  readonly state: "damaged";
  readonly code: ErrorCode;
}

/** The row of a record; of a damaged one if any of its fields can't be decoded. */
export function toCookieRow(
  cookie: Cookie,
  use: CookieUse | undefined,
  limits: LifetimeLimits,
  nowNs: bigint,
): CookieRow | DamagedRow {
  try {
    const fields = cookie.marshal();
    const state = findState(cookie, use, limits, nowNs);
    return { cookie, fields, state, use, expiryNs: findExpiryNs(cookie, limits) };
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    return { oid: cookie.oid, state: "damaged", code: error.code };
  }
}

export function isDamagedRow(row: CookieRow | DamagedRow): row is DamagedRow {
  return !("cookie" in row);
}

/**
 * The record with cfxdb's field names as in `marshal`, and what we know beyond it: `state`, `expires`, `last_used` (ns
 * since 1970 as text) and the device.
 */
export function toJsonRow(
  row: CookieRow | DamagedRow,
  options: { readonly withValue?: boolean } = {},
): { [field: string]: JsonValue } {
  if (isDamagedRow(row)) return { oid: row.oid, state: row.state, code: row.code };
  const { cookie, fields, state, use, expiryNs } = row;
  const { peer, userAgent } = deviceOf(cookie);
  return {
    ...(options.withValue === true ? cookie.marshal(options) : fields),
    state,
    expires: expiryNs?.toString() ?? null,
    last_used: use?.lastUsedNs.toString() ?? null,
    peer: use?.peer ?? peer ?? null,
    user_agent: use?.userAgent ?? userAgent ?? null,
  };
}
