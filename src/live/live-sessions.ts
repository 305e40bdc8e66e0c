// Live connections that notice: the views of all attached realms, held against the store again and again.

import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { Log } from "../log/logger.js";
import type { UsedCookie } from "../store/cookie-reader.js";
import { findLiveSession } from "./find-live-session.js";
import type { SessionToEnd } from "./find-sessions-to-end.js";
import { createLivePass, type LiveReader } from "./live-pass.js";
import { createLiveRealm, type LiveRealm, type LiveRealmName, type OwnedLiveRealm } from "./live-realm.js";
import type { LiveSession, LiveView } from "./live-session.js";
import { type LiveRealmStatus, toLiveStatus } from "./live-status.js";
import { applyViewEvent, createLiveView } from "./live-view.js";
import { createPassScheduler } from "./pass-scheduler.js";
import { findSessionEnd, type LiveRules } from "./session-end.js";
import { createSessionKiller } from "./session-killer.js";

export interface LiveSessionsOptions {
  readonly reader: LiveReader;
  readonly clock: SteadyClock;
  readonly rules: LiveRules;
  /** How often a change of the database is looked for, in milliseconds. */
  readonly checkIntervalMs: number;
  /** Ends with a dot; the reason in GOODBYE is `<uriPrefix>ended.<reason>`. */
  readonly uriPrefix: string;
  readonly log: Log;
  /** The router has told a session to leave. For metrics. */
  readonly onTold?: (at: LiveRealmName, target: SessionToEnd) => void;
  /** A session was told to leave and hasn't: called once for each. */
  readonly onOverdue?: (at: LiveRealmName, session: LiveSession) => void;
  /** After each pass over all, with `liveIsUse`: the cookies whose sessions are connected, and rightly so, as it found them. */
  readonly onUsed?: (used: readonly UsedCookie[]) => void;
}

export interface LiveSessions {
  /** A new realm to watch; its connection tells it what the router says. */
  attach(name: LiveRealmName): LiveRealm;
  /** The realm is watched no longer; unknown ones are none. Its connection ends by itself. */
  detach(name: LiveRealmName): void;
  /** Other rules from now on, by which all sessions are looked at, at once. */
  configure(options: Pick<LiveSessionsOptions, "rules" | "checkIntervalMs">): void;
  /** These cookies were changed by us: their sessions are looked at, at once. */
  changed(oids: Iterable<string>): void;
  /** Begins to watch the store. Calling it again does nothing. */
  start(): void;
  /** Resolves when the pass under way is over. */
  stop(): Promise<void>;
  status(): readonly LiveRealmStatus[];
  /** Connected sessions that name this oid. Compare the authid before you show them (`parseSessionDetails`). */
  sessionsOf(oid: string): readonly (LiveRealmName & { readonly session: LiveSession })[];
  /** A session of a view; `undefined`: the view doesn't have it (yet). */
  find(at: LiveRealmName, session: number): LiveSession | undefined;
  /**
   * Whether this session has lost its rights: it was told to leave, or its cookie says so now.
   * @throws what the reader throws
   */
  isEnded(at: LiveRealmName, session: LiveSession): Promise<boolean>;
}

export function createLiveSessions(options: LiveSessionsOptions): LiveSessions {
  const { reader, clock, log } = options;
  let { rules, checkIntervalMs } = options;
  const realms: OwnedLiveRealm[] = [];
  const pass = createLivePass({
    reader,
    clock,
    rules: () => rules,
    log,
    realms: () => realms,
    onOverdue: alarm,
    onUsed: (used) => options.onUsed?.(used),
  });
  const scheduler = createPassScheduler((request) => pass.run(request));
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;

  /** Is there anything to look at? Cheap, since it runs four times a second. */
  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    const changes = pass.isDue() ? "all" : await pass.findChanges();
    if (changes !== undefined) scheduler.request(changes);
    else if (realms.some(({ view }) => hasTold(view))) scheduler.request([]);
    isLooking = false;
  }

  function alarm({ realm, view }: OwnedLiveRealm, session: LiveSession): void {
    const { router, realm: realmName } = realm;
    applyViewEvent(view, { kind: "overdue", session: session.session });
    log.error(
      { router, realm: realmName, session: session.session, oid: session.oid },
      "a session that was told to leave is still there: its client ignores GOODBYE",
    );
    options.onOverdue?.({ router, realm: realmName }, session);
  }

  const findRealm = (at: LiveRealmName): OwnedLiveRealm | undefined =>
    realms.find(({ realm }) => realm.router === at.router && realm.realm === at.realm);

  return {
    attach({ router, realm }) {
      const view = createLiveView(realm);
      const killer = createSessionKiller({
        view,
        clock,
        uriPrefix: options.uriPrefix,
        log: log.child({ router, realm }),
        onTold: (target) => options.onTold?.({ router, realm }, target),
      });
      const owned = createLiveRealm(
        { router, realm },
        { view, killer, parse: (details) => findLiveSession(details, realm, reader) },
        (oids) => scheduler.request(oids),
      );
      realms.push(owned);
      return owned.realm;
    },
    detach(at) {
      const owned = findRealm(at);
      if (owned !== undefined) realms.splice(realms.indexOf(owned), 1);
    },
    configure(next) {
      ({ rules, checkIntervalMs } = next);
      if (timer !== undefined) {
        clearInterval(timer);
        timer = setInterval(() => void look(), checkIntervalMs);
      }
      scheduler.request("all");
    },
    changed: (oids) => scheduler.request(oids),
    start() {
      timer ??= setInterval(() => void look(), checkIntervalMs);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await scheduler.stop();
    },
    status: () => realms.map(toLiveStatus),
    sessionsOf: (oid) =>
      realms
        .filter(({ isAttached }) => isAttached)
        .flatMap(({ realm: { router, realm }, view }) =>
          [...view.sessions.values()]
            .filter((session) => session.oid === oid)
            .map((session) => ({ router, realm, session })),
        ),
    find: (at, session) => findRealm(at)?.view.sessions.get(session),
    async isEnded(at, session) {
      if (findRealm(at)?.view.sessions.get(session.session)?.toldNs !== undefined) return true;
      if (session.oid === undefined) return false;
      const used = await reader.findUsed({ oid: session.oid });
      return findSessionEnd(session, at.realm, used, rules, clock.nowNs()) !== undefined;
    },
  };
}

function hasTold(view: LiveView): boolean {
  return [...view.sessions.values()].some(({ toldNs, isOverdue }) => toldNs !== undefined && !isOverdue);
}
