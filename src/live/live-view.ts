// The view of one realm and all that can happen to it: a state and its transitions, without I/O or clock.

import type { LiveSession } from "./live-session.js";

/**
 * A view in the hands of its owner. It is changed in place: a copy for each join would make the return of ten
 * thousand clients after a restart of the router quadratic.
 */
export interface OwnedLiveView {
  readonly realm: string;
  readonly sessions: Map<number, LiveSession>;
}

/** What can happen to a view. */
export type ViewEvent =
  | { readonly kind: "joined"; readonly session: LiveSession }
  | { readonly kind: "left"; readonly session: number }
  /** The router's own list: whoever isn't in it is gone; `found` are those that were looked up for it. */
  | {
      readonly kind: "listed";
      readonly present: ReadonlySet<number>;
      readonly found: readonly LiveSession[];
    }
  /** It is told to leave, at this time. */
  | { readonly kind: "told"; readonly session: number; readonly nowNs: bigint }
  /** The router didn't take our word: it is to be told again. */
  | { readonly kind: "untold"; readonly session: number }
  | { readonly kind: "overdue"; readonly session: number };

export function createLiveView(realm: string): OwnedLiveView {
  return { realm, sessions: new Map() };
}

/** Changes the view. Whatever was missed or came twice, the next `listed` puts right. */
export function applyViewEvent(view: OwnedLiveView, event: ViewEvent): void {
  const { sessions } = view;
  switch (event.kind) {
    case "joined":
      meet(sessions, event.session);
      return;
    case "left":
      sessions.delete(event.session);
      return;
    case "listed":
      for (const id of sessions.keys()) if (!event.present.has(id)) sessions.delete(id);
      for (const session of event.found) if (event.present.has(session.session)) meet(sessions, session);
      return;
    case "told":
      change(sessions, event.session, { toldNs: event.nowNs });
      return;
    case "untold":
      change(sessions, event.session, { toldNs: undefined, isOverdue: false });
      return;
    case "overdue":
      change(sessions, event.session, { isOverdue: true });
      return;
  }
}

/** A session that was told to leave stays told when we hear of it again. */
function meet(sessions: Map<number, LiveSession>, session: LiveSession): void {
  const known = sessions.get(session.session);
  const { toldNs, isOverdue } = known ?? session;
  sessions.set(session.session, { ...session, toldNs, isOverdue });
}

function change(sessions: Map<number, LiveSession>, id: number, changes: Partial<LiveSession>): void {
  const known = sessions.get(id);
  if (known !== undefined) sessions.set(id, { ...known, ...changes });
}
