// Session details as routers send them, and as nobody should.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseSessionDetails } from "../../src/live/parse-session-details.js";
import { oidOf } from "./live-scene.js";

const GOOD = {
  session: 7,
  authid: "joe",
  authrole: "user",
  authextra: { cookie_oid: oidOf(1), x_cb_pid: 3 },
};
const PARSED = {
  session: 7,
  authid: "joe",
  authrole: "user",
  oid: oidOf(1),
  toldNs: undefined,
  isTracked: false,
  isOverdue: false,
};

test("the three texts and the id are kept, and nothing else", () => {
  const details = { ...GOOD, transport: { http_headers_received: { cookie: "cbtid=secret" } } };
  expect(parseSessionDetails(details)).toEqual(PARSED);
});

test.each<[why: string, details: unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a text", "7"],
  ["no id", { ...GOOD, session: undefined }],
  ["a text as id", { ...GOOD, session: "7" }],
  ["a fraction as id", { ...GOOD, session: 7.5 }],
  ["a negative id", { ...GOOD, session: -7 }],
  ["an id beyond 2^53", { ...GOOD, session: 2 ** 60 }],
  ["a big id", { ...GOOD, session: 7n }],
  ["an inherited id", Object.create(GOOD)],
])("%s is no session", (_why, details) => {
  expect(parseSessionDetails(details)).toBeUndefined();
});

test.each<[why: string, changes: object, expected: object]>([
  ["no authextra", { authextra: undefined }, { oid: undefined }],
  ["null as authextra", { authextra: null }, { oid: undefined }],
  ["an oid that is no UUID", { authextra: { cookie_oid: "1" } }, { oid: undefined }],
  ["an oid that is no text", { authextra: { cookie_oid: [oidOf(1)] } }, { oid: undefined }],
  ["an inherited oid", { authextra: Object.create({ cookie_oid: oidOf(1) }) }, { oid: undefined }],
  ["an oid in capitals", { authextra: { cookie_oid: oidOf(0xabc).toUpperCase() } }, { oid: oidOf(0xabc) }],
  ["no authid: the oid isn't ours", { authid: null }, { authid: "", authrole: "", oid: undefined }],
  ["no authrole", { authrole: 3 }, { authid: "", authrole: "", oid: undefined }],
])("%s", (_why, changes, expected) => {
  expect(parseSessionDetails({ ...GOOD, ...changes })).toEqual({ ...PARSED, ...expected });
});

test("anything at all is taken without a throw", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (details) => {
      parseSessionDetails(details);
      parseSessionDetails({ session: 1, authid: "a", authrole: "b", authextra: details });
    }),
  );
});
