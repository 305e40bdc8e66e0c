// Records that a change of many is meant for, page by page: to count them, to show them, and to end them.

import { setImmediate as nextTurn } from "node:timers/promises";
import { isDamage } from "../errors.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieFilter, CookieUse, UsedCookie } from "../store/cookie-reader.js";
import type { SessionContext } from "./session-context.js";

/** Records looked at in one snapshot, and in one turn of the event loop: look-ups wait for it. */
const PAGE = 50;

/** Which records are meant. */
export interface FittingPlan {
  /** These and no others, instead of looking for them. */
  readonly oids?: readonly string[] | undefined;
  readonly where?: CookieFilter | undefined;
  /** Whether the record is meant, at `nowNs`. It is asked for its last use only with `withUse`. */
  readonly fits: (cookie: Cookie, nowNs: bigint, use: CookieUse | undefined) => boolean;
  readonly withUse?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All records that fit, by complete listings, each page of its own snapshot. Records that can't be read fit nothing. An
 * abort ends it between two pages, without an error.
 */
export async function* findFitting(
  context: Pick<SessionContext, "reader" | "clock">,
  plan: FittingPlan,
): AsyncGenerator<readonly UsedCookie[], void, undefined> {
  for await (const page of plan.oids === undefined ? listed(context, plan) : named(context, plan.oids)) {
    const nowNs = context.clock.nowNs();
    yield page.filter(({ cookie, use }) => isFit(plan, cookie, nowNs, use));
    // A page is read without a pause: look-ups and calls get their turn between two.
    await nextTurn();
    if (plan.signal?.aborted === true) return;
  }
}

/** Whether a record that may be damaged fits. */
export function isFit(
  { fits }: Pick<FittingPlan, "fits">,
  cookie: Cookie,
  nowNs: bigint,
  use: CookieUse | undefined,
): boolean {
  try {
    return fits(cookie, nowNs, use);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

async function* listed(
  { reader }: Pick<SessionContext, "reader">,
  { where, withUse }: FittingPlan,
): AsyncGenerator<readonly UsedCookie[], void, undefined> {
  let after: string | undefined;
  do {
    const page = await reader.list({ limit: PAGE, after, where, withUse, isComplete: true });
    yield page.cookies.map((cookie) => ({ cookie, use: page.uses.get(cookie.oid) }));
    after = page.next;
  } while (after !== undefined);
}

async function* named(
  { reader }: Pick<SessionContext, "reader">,
  oids: readonly string[],
): AsyncGenerator<readonly UsedCookie[], void, undefined> {
  for (let at = 0; at < oids.length; at += PAGE) {
    const found: UsedCookie[] = [];
    for (const oid of oids.slice(at, at + PAGE)) {
      try {
        const used = await reader.findUsed({ oid });
        if (used !== undefined) found.push(used);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    yield found;
  }
}
