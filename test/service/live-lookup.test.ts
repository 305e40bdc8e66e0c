// The view of live connections as the session procedures ask it.

import { describe, expect, test } from "@jest/globals";
import type { LiveSession } from "../../src/live/live-session.js";
import { toLiveLookup } from "../../src/service/live-lookup.js";
import { liveOf, oidOf } from "../live/live-scene.js";

const AT = { router: "r", realm: "realm1" };

/** A view with these sessions in `AT`. */
function lookupOf(...sessions: readonly LiveSession[]) {
  return toLiveLookup({
    find: ({ router, realm }, id) =>
      router === AT.router && realm === AT.realm ? sessions.find(({ session }) => session === id) : undefined,
    sessionsOf: (oid) =>
      sessions.filter((session) => session.oid === oid).map((session) => ({ ...AT, session })),
  });
}

describe("findConnection", () => {
  const { findConnection } = lookupOf(liveOf(1), liveOf(2, { oid: undefined }));

  test("is the session of the caller on its router and realm", () => {
    expect(findConnection({ ...AT, session: 1001 })?.oid).toBe(oidOf(1));
    expect(findConnection({ ...AT, realm: "realm2", session: 1001 })).toBeUndefined();
    expect(findConnection({ ...AT, router: "other", session: 1001 })).toBeUndefined();
  });

  test("has no oid if the caller didn't join with a cookie", () => {
    expect(findConnection({ ...AT, session: 1002 })).toMatchObject({ oid: undefined });
  });

  test("is unknown if the view doesn't have it, or the router doesn't say who calls", () => {
    expect(findConnection({ ...AT, session: 1003 })).toBeUndefined();
    expect(findConnection(AT)).toBeUndefined();
  });
});

describe("isConnected", () => {
  const session = { oid: oidOf(1), authid: "joe", authrealm: "realm1" };

  test("is true for a session that a client of the same user is joined with in its realm", () => {
    expect(lookupOf(liveOf(1)).isConnected(session)).toBe(true);
    expect(lookupOf(liveOf(2)).isConnected(session)).toBe(false);
  });

  test("isn't fooled by a client of another user or realm that names the oid", () => {
    expect(lookupOf(liveOf(1, { authid: "eve" })).isConnected(session)).toBe(false);
    expect(lookupOf(liveOf(1)).isConnected({ ...session, authrealm: "realm2" })).toBe(false);
    expect(lookupOf(liveOf(1, { authid: "eve" }), liveOf(1)).isConnected(session)).toBe(true);
  });
});
