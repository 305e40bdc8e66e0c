// One realm of one router: its view, fed by whoever listens to the router, and the way to end its sessions.

import type { LiveSession } from "./live-session.js";
import { applyViewEvent, type OwnedLiveView } from "./live-view.js";
import type { KillSession, SessionKiller } from "./session-killer.js";

/** Names one connection: the router's name in the configuration, and the realm. */
export interface LiveRealmName {
  readonly router: string;
  readonly realm: string;
}

/** What a connection tells of its router. The order of calls is that of the router's messages. */
export interface LiveRealm extends LiveRealmName {
  /** Joined: from here on sessions can be ended. The view is what it was until the first `listed`. */
  attached(kill: KillSession): void;
  /** The link is gone. */
  detached(): void;
  /** What `wamp.session.get` or `on_join` said; `undefined` if it names no session. */
  parse(details: unknown): LiveSession | undefined;
  /** Whether the view has it, so that a listing needn't ask the router about it. */
  isKnown(session: number): boolean;
  joined(session: LiveSession): void;
  left(session: number): void;
  /** A whole list: `present` are all sessions of the realm, `found` those that were looked up for it. */
  listed(present: ReadonlySet<number>, found: readonly LiveSession[]): void;
}

/** A realm as its owner has it. */
export interface OwnedLiveRealm {
  readonly realm: LiveRealm;
  readonly view: OwnedLiveView;
  readonly killer: SessionKiller;
  readonly isAttached: boolean;
}

/** @param request asks for a pass over the sessions of these cookies, or of all */
export function createLiveRealm(
  name: LiveRealmName,
  parts: {
    readonly view: OwnedLiveView;
    readonly killer: SessionKiller;
    readonly parse: LiveRealm["parse"];
  },
  request: (oids: "all" | readonly string[]) => void,
): OwnedLiveRealm {
  const { view, killer } = parts;
  let isAttached = false;
  const realm: LiveRealm = {
    ...name,
    attached(kill) {
      isAttached = true;
      killer.use(kill);
    },
    detached() {
      isAttached = false;
      killer.use(undefined);
    },
    parse: parts.parse,
    isKnown: (session) => view.sessions.has(session),
    joined(session) {
      applyViewEvent(view, { kind: "joined", session });
      if (session.oid !== undefined) request([session.oid]);
    },
    left: (session) => applyViewEvent(view, { kind: "left", session }),
    listed(present, found) {
      applyViewEvent(view, { kind: "listed", present, found });
      request("all");
    },
  };
  return {
    realm,
    view,
    killer,
    get isAttached() {
      return isAttached;
    },
  };
}
