// The record's view: what it never shows, and fields at their edges.

import { format, inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../src/record/cookie.js";

const SECRET = "c2VjcmV0LXZhbHVl-ab";
const FIELDS: CookieFields = {
  oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c",
  createdNs: 1_750_000_000_000_000_001n,
  maxAgeSeconds: 604_800,
  name: "cbtid",
  value: SECRET,
  authid: "alice@example.com",
  authrole: "user",
  authmethod: "wampcra",
  authrealm: "realm1",
  authextra: { id: 2n ** 64n - 1n, key: new Uint8Array([1, 2]) },
};
const cookie = Cookie.cast(buildCookie(FIELDS));

describe("R-47: a cookie shows its value only when asked for it", () => {
  test.each([
    ["String()", () => String(cookie)],
    ["a template", () => `${cookie}`],
    ["JSON.stringify", () => JSON.stringify(cookie)],
    ["JSON.stringify inside", () => JSON.stringify({ deep: [cookie] })],
    ["inspect", () => inspect(cookie)],
    ["inspect with everything", () => inspect(cookie, { showHidden: true, depth: null, getters: true })],
    ["inspect inside", () => inspect({ deep: [cookie] }, { depth: null })],
    ["format", () => format("%s %j %o %O", cookie, cookie, cookie, cookie)],
    ["an error's cause", () => inspect(new Error("x", { cause: cookie }))],
    ["its keys", () => JSON.stringify(Object.entries(cookie))],
    ["marshal", () => JSON.stringify(cookie.marshal())],
  ])("%s", (_, print) => {
    const text = print();
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(Buffer.from(SECRET).toString("hex"));
  });

  test("the getter and marshal({ withValue: true }) show it", () => {
    expect(cookie.value).toBe(SECRET);
    expect(cookie.marshal({ withValue: true }).value).toBe(SECRET);
    expect("value" in cookie.marshal()).toBe(false);
  });
});

describe("marshal", () => {
  test("is plain JSON with cfxdb's field names; absent fields are null", () => {
    expect(JSON.parse(JSON.stringify(cookie))).toEqual({
      oid: FIELDS.oid,
      created: "1750000000000000001",
      max_age: 604_800,
      name: "cbtid",
      authenticated: null,
      authenticated_on_node: null,
      authenticated_on_worker: null,
      authenticated_transport_info: {},
      authenticated_session: null,
      authenticated_joined_at: null,
      authenticated_authmethod: null,
      authid: "alice@example.com",
      authrole: "user",
      authmethod: "wampcra",
      authrealm: "realm1",
      authextra: { id: "18446744073709551615", key: "0102" },
    });
  });
});

describe("cast", () => {
  test("gives the bytes back, uncopied", () => {
    const bytes = Buffer.from(buildCookie(FIELDS));
    expect(Cookie.cast(bytes).bytes).toBe(bytes);
  });

  test("a __proto__ key of authextra makes no prototype", () => {
    const extra = JSON.parse('{"__proto__": {"isAdmin": true}}');
    const decoded = Cookie.cast(buildCookie({ ...FIELDS, authextra: extra })).authextra;
    expect(Object.keys(decoded)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(decoded.isAdmin).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, "isAdmin")).toBe(false);
  });
});

test.each<[string, string, boolean]>([
  ["the same", "abc", true],
  ["shorter", "ab", false],
  ["longer", "abcd", false],
  ["another", "abd", false],
  ["empty", "", false],
])("hasValue: %s", (_, asked, is) => {
  const cookie = Cookie.cast(
    buildCookie({ oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c", createdNs: 1n, value: "abc" }),
  );
  expect(cookie.hasValue(asked)).toBe(is);
});

test("hasValue compares text, not bytes", () => {
  const build = (value?: string): Cookie =>
    Cookie.cast(buildCookie({ oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c", createdNs: 1n, value }));
  expect(build("aäb").hasValue("aäb")).toBe(true);
  expect(build("aäb").hasValue("aã¤b")).toBe(false);
  expect(build().hasValue("")).toBe(false);
});
