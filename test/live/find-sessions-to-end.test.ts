// Which live sessions end: by a table, and that it hangs on what is, not on what was heard.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findSessionsToEnd } from "../../src/live/find-sessions-to-end.js";
import type { LiveSession, LiveView } from "../../src/live/live-session.js";
import { applyViewEvent, createLiveView, type ViewEvent } from "../../src/live/live-view.js";
import type { LiveRules } from "../../src/live/session-end.js";
import type { CookieFields } from "../../src/record/cookie.js";
import type { CookieUse, UsedCookie } from "../../src/store/cookie-reader.js";
import { BEGIN_NS, liveOf, oidOf, REALM, RULES, SECOND_NS, usedOf } from "./live-scene.js";

const viewOf = (...sessions: LiveSession[]): LiveView => ({
  realm: REALM,
  sessions: new Map(sessions.map((session) => [session.session, session])),
});

const atSeconds = (seconds: number): bigint => BEGIN_NS + BigInt(seconds) * SECOND_NS;

interface Row {
  readonly live?: Partial<LiveSession>;
  /** `null`: the store has none. */
  readonly cookie?: Partial<CookieFields> | null;
  readonly use?: CookieUse;
  readonly rules?: Partial<LiveRules>;
  readonly seconds?: number;
  readonly reason?: string;
}

const IDLE: Partial<LiveRules> = { idleSeconds: 10 };

test.each<[why: string, row: Row]>([
  ["a valid cookie", {}],
  ["no cookie of ours", { live: { oid: undefined }, cookie: null }],
  ["the record is gone", { cookie: null, reason: "revoked" }],
  ["Crossbar's logout took the user out of it", { cookie: { authid: undefined }, reason: "revoked" }],
  ["one second before its end", { seconds: 99 }],
  ["at its end", { seconds: 100, reason: "expired" }],
  ["never expires", { cookie: { maxAgeSeconds: undefined }, seconds: 1_000_000 }],
  ["the longest life is shorter", { rules: { maxLifetimeSeconds: 20 }, seconds: 20, reason: "expired" }],
  ["idle", { rules: IDLE, seconds: 10, reason: "idle" }],
  ["used meanwhile", { rules: IDLE, seconds: 12, use: { lastUsedNs: atSeconds(5) } }],
  ["used, and idle again", { rules: IDLE, seconds: 15, use: { lastUsedNs: atSeconds(5) }, reason: "idle" }],
  ["idle, but connected counts as used", { rules: { ...IDLE, liveIsUse: true }, seconds: 50 }],
  [
    "connected doesn't put off the end",
    { rules: { ...IDLE, liveIsUse: true }, seconds: 100, reason: "expired" },
  ],
  ["another user", { cookie: { authid: "jane" }, reason: "rights_changed" }],
  ["another user in capitals", { cookie: { authid: "Joe" }, reason: "rights_changed" }],
  ["another role", { cookie: { authrole: "admin" }, reason: "rights_changed" }],
  ["no role", { cookie: { authrole: undefined }, reason: "rights_changed" }],
  ["another realm", { cookie: { authrealm: "realm2" }, reason: "rights_changed" }],
  ["written anew from the future", { cookie: { createdNs: atSeconds(1000) }, reason: "revoked" }],
  ["told already", { live: { toldNs: BEGIN_NS }, cookie: null, seconds: 1 }],
])("%s", (_why, { live, cookie = {}, use, rules, seconds = 1, reason }) => {
  const cookies = new Map([[oidOf(1), cookie === null ? undefined : usedOf(1, cookie, use)]]);
  const found = findSessionsToEnd(
    viewOf(liveOf(1, live)),
    cookies,
    { ...RULES, ...rules },
    atSeconds(seconds),
  );
  expect(found.toEnd).toEqual(reason === undefined ? [] : [{ session: 1001, oid: oidOf(1), reason }]);
  expect(found.overdue).toEqual([]);
});

test("a cookie that wasn't looked up ends nobody", () => {
  const found = findSessionsToEnd(viewOf(liveOf(1)), new Map(), RULES, atSeconds(1_000_000));
  expect(found).toEqual({ toEnd: [], staying: [], overdue: [], nextEndNs: undefined });
});

test("all sessions of one cookie end, and the others are named as staying, with their first end", () => {
  const view = viewOf(liveOf(1), { ...liveOf(1), session: 7 }, liveOf(2), liveOf(3));
  const cookies = new Map<string, UsedCookie | undefined>([
    [oidOf(1), undefined],
    [oidOf(2), usedOf(2, { maxAgeSeconds: 60 })],
    [oidOf(3), usedOf(3)],
  ]);
  const found = findSessionsToEnd(view, cookies, RULES, atSeconds(1));
  expect(found.toEnd.map(({ session }) => session)).toEqual([1001, 7]);
  expect(found.staying).toEqual([oidOf(2), oidOf(3)]);
  expect(found.nextEndNs).toBe(atSeconds(60));
});

describe("a session that was told to leave", () => {
  test.each([
    ["may take its time", 4, false, 0],
    ["is overdue after it", 5, false, 1],
    ["is reported once", 50, true, 0],
  ])("%s", (_why, seconds, isOverdue, expected) => {
    const view = viewOf(liveOf(1, { toldNs: BEGIN_NS, isOverdue }));
    const { overdue, toEnd } = findSessionsToEnd(view, new Map(), RULES, atSeconds(seconds));
    expect(overdue).toHaveLength(expected);
    expect(toEnd).toEqual([]);
  });
});

describe("level-triggered", () => {
  const ids = fc.integer({ min: 1, max: 8 });
  const event: fc.Arbitrary<ViewEvent> = fc.oneof(
    ids.map((n): ViewEvent => ({ kind: "joined", session: liveOf(n) })),
    ids.map((n): ViewEvent => ({ kind: "left", session: 1000 + n })),
    fc.uniqueArray(ids).map(listed),
  );
  const cookies = fc
    .dictionary(ids.map(String), fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }))
    .map(
      (ages) =>
        new Map(
          Array.from({ length: 8 }, (_unused, i) => {
            const age = ages[String(i + 1)];
            return [
              oidOf(i + 1),
              age === undefined ? undefined : usedOf(i + 1, { maxAgeSeconds: age }),
            ] as const;
          }),
        ),
    );

  function listed(present: readonly number[]): ViewEvent {
    return {
      kind: "listed",
      present: new Set(present.map((n) => 1000 + n)),
      found: present.map((n) => liveOf(n)),
    };
  }

  const idsToEnd = (view: LiveView, known: ReadonlyMap<string, UsedCookie | undefined>): number[] =>
    findSessionsToEnd(view, known, RULES, atSeconds(50))
      .toEnd.map(({ session }) => session)
      .sort((a, b) => a - b);

  test("whatever was heard or missed, after one list the same sessions end", () => {
    fc.assert(
      fc.property(fc.array(event), fc.uniqueArray(ids), cookies, (heard, present, known) => {
        const seasoned = createLiveView(REALM);
        for (const one of heard) applyViewEvent(seasoned, one);
        applyViewEvent(seasoned, listed(present));
        const fresh = createLiveView(REALM);
        applyViewEvent(fresh, listed(present));
        expect(idsToEnd(seasoned, known)).toEqual(idsToEnd(fresh, known));
        expect([...seasoned.sessions.keys()].sort()).toEqual([...fresh.sessions.keys()].sort());
      }),
    );
  });

  test("whoever was told isn't told again, until the router says that it didn't take it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids), cookies, fc.array(event), (present, known, heard) => {
        const view = createLiveView(REALM);
        applyViewEvent(view, listed(present));
        const told = idsToEnd(view, known);
        for (const session of told) applyViewEvent(view, { kind: "told", session, nowNs: atSeconds(50) });
        expect(idsToEnd(view, known)).toEqual([]);
        // Hearing of them again changes nothing; only those that left meanwhile count as new.
        const left = new Set<number>();
        for (const one of heard) {
          applyViewEvent(view, one);
          for (const session of told) if (!view.sessions.has(session)) left.add(session);
        }
        expect(idsToEnd(view, known).filter((id) => told.includes(id) && !left.has(id))).toEqual([]);
        for (const session of told) applyViewEvent(view, { kind: "untold", session });
        expect(idsToEnd(view, known)).toEqual(
          expect.arrayContaining(told.filter((id) => view.sessions.has(id))),
        );
      }),
    );
  });
});
