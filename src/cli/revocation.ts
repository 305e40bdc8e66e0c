// Which sessions `cookies revoke` is about: named by their oids, or by a filter, or all.

import { CookieAuthenticatorError } from "../errors.js";
import type { LifetimeLimits } from "../lifetime/lifetime.js";
import type { FittingPlan } from "../session/find-fitting.js";
import { type CookieFilterOptions, describeCookieFilter, toCookieFilter } from "./cookie-filter.js";

/** The options as commander hands them on. */
export interface RevocationOptions extends CookieFilterOptions {
  readonly oid?: readonly string[] | undefined;
  readonly all?: true | undefined;
}

/** What to end, and how to say it. */
export interface Revocation {
  readonly plan: FittingPlan;
  /** `authid joe, realm realm1`, to stand after `sessions of`. */
  readonly text: string;
}

/**
 * The plan of the options. A filter is about sessions: tracking cookies, with which nobody has logged in, are meant only
 * if they are asked for by state or oid.
 *
 * @throws `ERR_ARGUMENT` unless there is exactly one of oids, a filter, and `--all`
 */
export function toRevocation(options: RevocationOptions, limits: LifetimeLimits): Revocation {
  const { oid, all, state } = options;
  const text = describeCookieFilter(options);
  const ways = [oid !== undefined, all === true, text !== ""].filter(Boolean).length;
  if (ways !== 1) {
    // Nothing said must never mean everybody.
    throw argumentError(
      ways === 0
        ? "expected --oid, a filter such as --authid, or --all"
        : "--oid, filters and --all exclude each other",
      "`cookies revoke --help` shows the filters; --dry-run shows what would go",
    );
  }
  if (state === "damaged")
    throw argumentError(
      "damaged records can't be judged",
      "`cookies list --state damaged` shows them, `cookies remove --oid OID` removes one",
    );
  if (oid !== undefined) {
    const oids = [...new Set(oid)];
    return { plan: { oids, fits: () => true }, text: oids.length === 1 ? `oid ${oids[0]}` : "these oids" };
  }
  const filter = toCookieFilter(options, limits);
  return {
    plan: {
      where: filter.where,
      withUse: filter.withUse,
      fits: (cookie, nowNs, use) =>
        (cookie.isAuthenticated || state === "unauthenticated") && filter.fits(cookie, nowNs, use),
    },
    text: all === true ? "everybody" : text,
  };
}

function argumentError(message: string, hint: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_ARGUMENT", message, { hint });
}
