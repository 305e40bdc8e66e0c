// Sessions of Crossbar's own login, found by the tracking cookie that the router names; nothing but its removal ends them.

import { expect, test } from "@jest/globals";
import { findLiveSession } from "../../src/live/find-live-session.js";
import { findSessionsToEnd } from "../../src/live/find-sessions-to-end.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import { BEGIN_NS, fieldsOf, liveOf, oidOf, REALM, RULES, SECOND_NS, usedOf } from "./live-scene.js";

const VALUE = fieldsOf(1).value ?? "";
const DETAILS = { session: 1001, authid: "joe", authrole: "user", transport: { http_cbtid: VALUE } };
const TRACKED = liveOf(1, { isTracked: true });

const readerOf = (changes = {}): Pick<CookieReader, "findUsed"> => ({
  findUsed: (key) => ("value" in key && key.value === VALUE ? usedOf(1, changes) : undefined),
});

test("a session without an oid of ours has that of its tracking cookie", () => {
  const live = findLiveSession(DETAILS, REALM, readerOf());
  expect(live).toEqual(TRACKED);
  expect(JSON.stringify(live)).not.toContain(VALUE);
});

test("an oid of ours goes before it", () => {
  const details = { ...DETAILS, authextra: { cookie_oid: oidOf(2) } };
  expect(findLiveSession(details, REALM, readerOf())).toMatchObject({ oid: oidOf(2), isTracked: false });
});

test.each([
  ["another user's", { authid: "jane" }],
  ["of another role", { authrole: "admin" }],
  ["of another realm", { authrealm: "realm2" }],
  ["nobody's yet", { authid: undefined, authrole: undefined }],
])("a cookie that is %s isn't taken", (_, changes) => {
  expect(findLiveSession(DETAILS, REALM, readerOf(changes))).toEqual(liveOf(1, { oid: undefined }));
});

test.each<[string, CookieReader["findUsed"]]>([
  ["doesn't know it", () => undefined],
  [
    "is at fault",
    () => {
      throw new Error("fault");
    },
  ],
  ["would have to be waited for", () => Promise.reject(new Error("fault"))],
])("a store that %s leaves the session without an oid", (_, findUsed) => {
  expect(findLiveSession(DETAILS, REALM, { findUsed })).toEqual(liveOf(1, { oid: undefined }));
});

test.each([undefined, 7, "", "two words", "x".repeat(600)])("%p is no tracking cookie", (http_cbtid) => {
  const details = { ...DETAILS, transport: { http_cbtid } };
  expect(findLiveSession(details, REALM, readerOf())).toEqual(liveOf(1, { oid: undefined }));
});

test("only the removal of the cookie ends it, not its time nor another login over it", () => {
  const view = { realm: REALM, sessions: new Map([[1001, TRACKED]]) };
  const later = BEGIN_NS + 1000n * SECOND_NS;
  const judge = (used: ReturnType<typeof usedOf> | undefined) =>
    findSessionsToEnd(view, new Map([[oidOf(1), used]]), RULES, later);
  expect(judge(usedOf(1))).toMatchObject({ toEnd: [], staying: [], nextEndNs: undefined });
  expect(judge(usedOf(1, { authid: "jane" })).toEnd).toEqual([]);
  expect(judge(undefined).toEnd).toEqual([{ session: 1001, oid: oidOf(1), reason: "revoked" }]);
});
