// What an authentication comes to: a principal, or a denial with a reason that only the log sees.

/** Why a client is refused. The client never learns which. */
export const DENIAL_REASONS = [
  "caller-not-allowed", // not the router: some other client called the procedure
  "call-malformed", // not the three arguments that a router sends
  "authmethod-not-supported", // the transport's authmethod is neither ticket nor anonymous
  "origin-not-allowed",
  "insecure-transport", // not encrypted, and the configuration demands it
  "rate-limited", // the peer has failed too often of late: its credential isn't looked up
  "no-cookie",
  "cookie-ambiguous", // two different values under the same name
  "value-malformed", // not cookie-octets, or too long: not even looked up
  "cookie-unknown",
  "cookie-unauthenticated", // a mere tracking cookie: no authid or no role
  "cookie-expired", // created + max_age, or the configured longest lifetime
  "cookie-idle", // not used for the configured idle time
  "cookie-from-future", // created later than our clock says it is now
  "realm-mismatch",
  "realm-not-allowed",
  "authid-mismatch",
  "role-not-allowed",
  "extra-not-encodable", // authextra holds what a client's serializer can't carry
] as const;

/** One of them. */
export type DenialReason = (typeof DENIAL_REASONS)[number];

/** A refusal: a value, not an exception. */
export interface Denial {
  readonly denied: DenialReason;
  /** What the log says besides the reason; never a cookie value. */
  readonly detail?: string | undefined;
  /** The record's oid, where one was found: no secret. */
  readonly oid?: string | undefined;
}

/** Who the client is. */
export interface Principal {
  readonly realm: string;
  readonly authid: string;
  readonly role: string;
  readonly extra: { readonly [key: string]: unknown };
  /** The cookie's oid; absent for an anonymous principal. */
  readonly oid?: string | undefined;
}

export type Outcome = Principal | Denial;

/** A refusal for this reason. */
export function deny(
  reason: DenialReason,
  more: { readonly detail?: string; readonly oid?: string } = {},
): Denial {
  return { denied: reason, ...more };
}

export function isDenial(outcome: object): outcome is Denial {
  return "denied" in outcome;
}
