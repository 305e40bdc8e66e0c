// One pass: what the views have, what the store says of it, and whom that ends.

import { errorCodeOf } from "../errors.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { Log } from "../log/logger.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";
import { findSessionsToEnd } from "./find-sessions-to-end.js";
import type { OwnedLiveRealm } from "./live-realm.js";
import type { LiveSession, LiveView } from "./live-session.js";
import { lookUpCookies } from "./look-up-cookies.js";
import type { PassRequest } from "./pass-scheduler.js";
import { earlier, type LiveRules } from "./session-end.js";

/** What live sessions need of a store. */
export type LiveReader = Pick<CookieReader, "findUsed" | "version" | "changesSince" | "knownFault">;

export interface LivePassOptions {
  readonly reader: LiveReader;
  readonly clock: SteadyClock;
  /** Asked once for each pass. */
  readonly rules: () => LiveRules;
  readonly log: Log;
  readonly realms: () => readonly OwnedLiveRealm[];
  readonly onOverdue: (realm: OwnedLiveRealm, session: LiveSession) => void;
  readonly onUsed: (used: readonly UsedCookie[]) => void;
}

export interface LivePass {
  /** Never rejects. */
  run(request: PassRequest): Promise<void>;
  /** Whether all sessions should be looked at, because time alone may have ended one. */
  isDue(): boolean;
  /**
   * The cookies that have changed since this was last asked, or since the last pass over all. Who asks has a pass run over
   * them; `undefined`: there are none.
   */
  findChanges(): Promise<"all" | readonly string[] | undefined>;
}

/** All sessions are looked at this often, in milliseconds, even if nothing seems to have changed. */
const FULL_PASS_MS = 5000;
/** The same where the store tells each change: thousands of look-ups over a network aren't for nothing. */
const FULL_PASS_TOLD_MS = 60_000;
/** And if that is how the uses of connected sessions are noted. */
const FULL_PASS_OF_USES_MS = 30_000;

export function createLivePass(options: LivePassOptions): LivePass {
  const { reader, clock, log } = options;
  /** The store's version up to which all changes were asked for. A pass that failed leaves none: all must be looked at. */
  let askedVersion: string | undefined;
  let isTold = false;
  let judgedAtMs = Number.NEGATIVE_INFINITY;
  /** When the first known session will be over. */
  let nextEndNs: bigint | undefined;
  let hasFailed = false;
  let isFaultSaid = false;

  const sayFault = (fault: unknown): void => {
    const code = codeOf(fault);
    // The store says its own faults, with their causes, but maybe a moment after we see the first of them.
    const isLeftToStore =
      code.startsWith("ERR_STORE_") && (!hasFailed || reader.knownFault?.() !== undefined);
    // One line for a database that is away, not four a second.
    const isQuiet = isFaultSaid || isLeftToStore;
    log[isQuiet ? "debug" : "error"]({ code }, "live sessions can't be checked");
    hasFailed = true;
    if (!isQuiet) isFaultSaid = true;
  };

  /** What the store says, or `undefined` if it is at fault: a fault of ours must not end anybody. */
  const lookUp = async (
    oids: Iterable<string>,
  ): Promise<ReadonlyMap<string, UsedCookie | undefined> | undefined> => {
    try {
      const { cookies, damagedOids } = await lookUpCookies(reader, oids);
      if (damagedOids.length > 0) {
        log.warn({ oids: damagedOids.slice(0, 10), count: damagedOids.length }, "damaged cookie records");
      }
      return cookies;
    } catch (fault) {
      sayFault(fault);
      askedVersion = undefined;
      return undefined;
    }
  };

  const judge = async ({ isFull, oids: wanted }: PassRequest): Promise<void> => {
    // Time, version and sessions are taken before the look-ups. What changes meanwhile is found by the next pass;
    // a session that joins or a use that comes meanwhile isn't judged by what was read before it.
    const nowNs = clock.nowNs();
    const rules = options.rules();
    const version = isFull ? await readVersion(reader) : undefined;
    const judged = options
      .realms()
      .filter(({ isAttached }) => isAttached)
      .map((realm) => ({ realm, view: selectSessions(realm.view, isFull ? undefined : wanted) }));
    const cookies = await lookUp(findOids(judged.map(({ view }) => view)));

    let firstEndNs = isFull && cookies !== undefined ? undefined : nextEndNs;
    const staying = new Set<string>();
    for (const { realm, view } of judged) {
      const findings = findSessionsToEnd(view, cookies ?? new Map(), rules, nowNs);
      for (const target of findings.toEnd) {
        const live = realm.view.sessions.get(target.session);
        if (live !== undefined && live.toldNs === undefined) realm.killer.end(target);
      }
      for (const session of findings.overdue) options.onOverdue(realm, session);
      for (const oid of findings.staying) staying.add(oid);
      firstEndNs = earlier(firstEndNs, findings.nextEndNs);
    }
    nextEndNs = firstEndNs;
    if (!isFull || cookies === undefined) return;
    askedVersion = version;
    judgedAtMs = performance.now();
    // Without cookies to look up nothing but the version has proved that the store answers.
    if (version !== undefined) {
      hasFailed = false;
      isFaultSaid = false;
    }
    if (!rules.liveIsUse) return;
    const used = [...staying].flatMap((oid) => cookies.get(oid) ?? []);
    if (used.length > 0) options.onUsed(used);
  };

  return {
    async run(request) {
      try {
        await judge(request);
      } catch (fault) {
        askedVersion = undefined;
        // A listener that throws. Nobody may stop the passes: they are what ends revoked sessions.
        sayFault(fault);
      }
    },

    isDue() {
      if (nextEndNs !== undefined && clock.nowNs() >= nextEndNs) return true;
      return performance.now() - judgedAtMs >= (isTold ? findPauseMs(options.rules()) : FULL_PASS_MS);
    },

    async findChanges() {
      try {
        const before = askedVersion;
        const version = await reader.version();
        if (before === undefined) return "all";
        if (version === before) return undefined;
        const changes = await reader.changesSince(before);
        isTold = changes !== undefined;
        if (changes === undefined) return "all";
        // Unless a pass has failed, or has begun anew, in the meantime.
        if (askedVersion === before) askedVersion = changes.version;
        return changes.oids.length === 0 ? undefined : changes.oids;
      } catch (fault) {
        sayFault(fault);
        return undefined;
      }
    },
  };
}

/** Where the store tells each change. A use that is to be noted must not come too late for the idle time-out. */
function findPauseMs({ liveIsUse, idleSeconds }: LiveRules): number {
  if (!liveIsUse) return FULL_PASS_TOLD_MS;
  if (idleSeconds === undefined) return FULL_PASS_OF_USES_MS;
  return Math.max(FULL_PASS_MS, Math.min(FULL_PASS_OF_USES_MS, (idleSeconds * 1000) / 8));
}

/** A version that can't be read equals no other. */
async function readVersion(reader: Pick<CookieReader, "version">): Promise<string | undefined> {
  try {
    return await reader.version();
  } catch {
    return undefined;
  }
}

/** The sessions of these cookies, or all, and in any case those that were told to leave. */
function selectSessions(view: LiveView, oids: ReadonlySet<string> | undefined): LiveView {
  const isWanted = ({ oid, toldNs }: LiveSession): boolean =>
    toldNs !== undefined || (oid !== undefined && (oids === undefined || oids.has(oid)));
  return {
    realm: view.realm,
    sessions: new Map([...view.sessions].filter(([, session]) => isWanted(session))),
  };
}

/** Oids of the sessions that are to be judged. */
function findOids(views: readonly LiveView[]): Set<string> {
  const oids = new Set<string>();
  for (const { sessions } of views) {
    for (const { oid, toldNs } of sessions.values())
      if (oid !== undefined && toldNs === undefined) oids.add(oid);
  }
  return oids;
}

function codeOf(fault: unknown): string {
  return errorCodeOf(fault) ?? (fault instanceof Error ? fault.name : typeof fault);
}
