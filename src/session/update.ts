// update: a session's scope and lifetime, and nothing else of it.

import type { CookieFields } from "../record/cookie.js";
import { changeSession } from "./change-session.js";
import { parseScope, SCOPE_KEY, toScopeText } from "./scope.js";
import type { RealmLimit, Session, SessionChanges, SessionKey } from "./session.js";
import type { SessionContext } from "./session-context.js";
import { argumentError } from "./session-errors.js";
import { toEvent } from "./session-events.js";
import { maxAgeFromNow, parseMaxAge } from "./session-lifetime.js";
import { toSession } from "./to-session.js";

const FIELDS: ReadonlySet<string> = new Set<keyof SessionChanges>(["scope", "maxAgeSeconds"]);

/**
 * The changed session; `null` if there is none, or it has ended: nothing brings an ended session back.
 *
 * @throws `ERR_SESSION_ARGUMENT`, also for a field that can't be changed
 */
export async function updateSession(
  context: SessionContext,
  key: SessionKey,
  changes: SessionChanges,
  limit: RealmLimit,
): Promise<Session | null> {
  const { policy, notify } = context;
  const stranger = Object.keys(changes).find((field) => !FIELDS.has(field));
  if (stranger !== undefined) throw argumentError("changes", "only scope and maxAgeSeconds can be changed");
  const scope = changes.scope === undefined ? undefined : parseScope(changes.scope);
  const seconds = changes.maxAgeSeconds === undefined ? undefined : parseMaxAge(changes.maxAgeSeconds);
  const changed = await changeSession(context, key, limit, (transaction, { cookie, use }, nowNs) => {
    const fields = cookie.toFields();
    const stored = transaction.put({
      ...fields,
      ...(scope === undefined ? {} : { authextra: withScope(fields, scope) }),
      ...(seconds === undefined
        ? {}
        : { maxAgeSeconds: maxAgeFromNow(seconds, cookie.createdNs, nowNs, policy) }),
    });
    return { session: toSession(stored, use, policy), event: toEvent("update", stored, "update", nowNs) };
  });
  if (changed === undefined) return null;
  notify([changed.event]);
  return changed.session;
}

function withScope({ authextra }: CookieFields, scope: readonly string[]): CookieFields["authextra"] {
  const { [SCOPE_KEY]: _, ...rest } = authextra ?? {};
  return scope.length === 0 ? rest : { ...rest, [SCOPE_KEY]: toScopeText(scope) };
}
