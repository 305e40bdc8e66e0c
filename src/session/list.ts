// list: valid sessions, in pages.

import { CookieAuthenticatorError, isDamage } from "../errors.js";
import type { Cookie } from "../record/cookie.js";
import type { CookiePage, ListOptions } from "../store/cookie-reader.js";
import type { Session, SessionListOptions, SessionPage } from "./session.js";
import { readNowNs, type SessionContext } from "./session-context.js";
import { argumentError } from "./session-errors.js";
import { findState } from "./session-state.js";
import { toSession } from "./to-session.js";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/**
 * One page. Sessions that have ended are left out, and so are records that can't be read: nobody joins with them, and
 * `stats` counts them.
 *
 * @throws `ERR_SESSION_ARGUMENT`
 */
export async function listSessions(
  context: SessionContext,
  options: SessionListOptions,
): Promise<SessionPage> {
  const { authid, authrealm, limit = DEFAULT_LIMIT, after, isComplete } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw argumentError("limit", `expected 1 to ${MAX_LIMIT}`);
  const where = authid === undefined ? undefined : { authid };
  const reading = readPage(context, { limit, after, where, isComplete, withUse: true });
  const [page, nowNs] = await Promise.all([reading, readNowNs(context)]);
  const sessions = page.cookies.flatMap((cookie) => {
    const use = page.uses.get(cookie.oid);
    if (findState(cookie, use, context.policy, nowNs) !== "valid") return [];
    if (authrealm !== undefined && cookie.authrealm !== authrealm) return [];
    return toReadable(context, cookie, use);
  });
  return { sessions, next: page.next };
}

/** All pages, one after the other, each of its own snapshot: one that is made or ends meanwhile may be missing or there. */
export async function* iterateSessions(
  context: SessionContext,
  options: Omit<SessionListOptions, "after">,
): AsyncGenerator<Session, void, undefined> {
  let after: string | undefined;
  do {
    const page: SessionPage = await listSessions(context, { ...options, after });
    yield* page.sessions;
    after = page.next;
  } while (after !== undefined);
}

async function readPage({ reader }: SessionContext, options: ListOptions): Promise<CookiePage> {
  try {
    return await reader.list(options);
  } catch (error) {
    const isCursor = error instanceof CookieAuthenticatorError && error.code === "ERR_COOKIE_FIELD";
    if (isCursor && options.after !== undefined) throw argumentError("after", "no `next` of such a list");
    throw error;
  }
}

function toReadable(
  context: SessionContext,
  cookie: Cookie,
  use: Parameters<typeof toSession>[1],
): Session[] {
  try {
    return [toSession(cookie, use, context.policy)];
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}
