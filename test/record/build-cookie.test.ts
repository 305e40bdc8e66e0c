// Building records: what is left out, what is refused.

import { describe, expect, test } from "@jest/globals";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../src/record/cookie.js";

const OID = "62f8c8c9-c50b-4686-bafe-38b221c64a0c";
const MINIMAL: CookieFields = { oid: OID, createdNs: 0n };

describe("buildCookie", () => {
  test("empty, zero and absent fields make the same bytes", () => {
    const empty = buildCookie({
      ...MINIMAL,
      maxAgeSeconds: 0,
      name: "",
      value: "",
      authenticatedNs: 0n,
      authenticatedOnWorker: "",
      authenticatedTransportInfo: {},
      authenticatedSession: 0,
      authid: "",
      authextra: {},
    });
    expect(empty).toEqual(buildCookie(MINIMAL));
  });

  test("gives bytes of their own: nothing before or behind them is reachable", () => {
    const bytes = buildCookie({ ...MINIMAL, value: "secret" });
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  test("the ends of the number ranges", () => {
    const cookie = Cookie.cast(
      buildCookie({ oid: OID, createdNs: 2n ** 64n - 1n, maxAgeSeconds: Number.MAX_SAFE_INTEGER }),
    );
    expect(cookie.createdNs).toBe(2n ** 64n - 1n);
    expect(cookie.maxAgeSeconds).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each<[string, Partial<CookieFields>]>([
    ["created", { createdNs: -1n }],
    ["created", { createdNs: 2n ** 64n }],
    ["max_age", { maxAgeSeconds: -1 }],
    ["max_age", { maxAgeSeconds: 1.5 }],
    ["max_age", { maxAgeSeconds: Number.NaN }],
    ["max_age", { maxAgeSeconds: 2 ** 53 }],
    ["authenticated_session", { authenticatedSession: Number.POSITIVE_INFINITY }],
    ["value", { value: "a\ud800" }],
    ["authid", { authid: "\udfff" }],
  ])("%s is refused when it is %p", (field, fields) => {
    expect(() => buildCookie({ ...MINIMAL, ...fields })).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD", details: expect.objectContaining({ field }) }),
    );
  });

  test.each<Partial<CookieFields>>([{ oid: "" }, { oid: "no-uuid" }, { authenticatedOnNode: "" }])(
    "%p is no UUID",
    (fields) => {
      expect(() => buildCookie({ ...MINIMAL, ...fields })).toThrow(
        expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
      );
    },
  );

  test("a refusal doesn't quote the value", () => {
    expect(() => buildCookie({ ...MINIMAL, value: "secret\ud800" })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });
});
