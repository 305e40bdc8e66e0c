// From a cookie to who the client is, and what of authextra it is told.

import { describe, expect, test } from "@jest/globals";
import { toPrincipal } from "../../src/authenticator/to-principal.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import type { CborMap } from "../../src/record/cbor-map.js";
import { Cookie } from "../../src/record/cookie.js";
import { cookie, cookieFields, OID, policy } from "../support/authenticator-cases.js";

const withExtra = (authextra: CborMap | undefined) => cookie({ authextra });

describe("toPrincipal", () => {
  test("realm, authid, role, extra and oid of the cookie", () => {
    expect(toPrincipal(cookie(), policy())).toEqual({
      realm: "realm1",
      authid: "joe",
      role: "user",
      extra: { theme: "dark", groups: ["a", "b"] },
      oid: OID,
    });
  });

  test("without authextra an empty map, never null: Crossbar's client would hang", () => {
    expect(toPrincipal(withExtra(undefined), policy())).toHaveProperty("extra", {});
  });

  test.each<[string, readonly string[] | undefined, CborMap]>([
    ["all by default", undefined, { a: 1, b: 2 }],
    ["the listed ones", ["b", "c"], { b: 2 }],
    ["none of an empty list", [], {}],
    ["no inherited ones", ["toString", "__proto__"], {}],
  ])("keys of authextra: %s", (_name, authextraKeys, extra) => {
    expect(toPrincipal(withExtra({ a: 1, b: 2 }), policy({ authextraKeys }))).toHaveProperty("extra", extra);
  });

  test.each<[string, CborMap, string]>([
    ["bytes", { key: new Uint8Array([1]) }, "authextra.key"],
    ["a big integer", { n: 2n ** 60n }, "authextra.n"],
    ["undefined", { u: undefined }, "authextra.u"],
    ["not a number", { n: Number.NaN }, "authextra.n"],
    ["infinity", { n: Number.POSITIVE_INFINITY }, "authextra.n"],
    ["bytes deep inside", { a: { b: [1, { c: new Uint8Array(0) }] } }, "authextra.a.b[1].c"],
  ])("%s can't be sent to every client", (_name, authextra, detail) => {
    expect(toPrincipal(withExtra(authextra), policy())).toEqual({
      denied: "extra-not-encodable",
      oid: OID,
      detail,
    });
  });

  test("what isn't sent may be anything", () => {
    const extra = withExtra({ key: new Uint8Array([1]), theme: "dark" });
    expect(toPrincipal(extra, policy({ authextraKeys: ["theme"] }))).toMatchObject({
      extra: { theme: "dark" },
    });
  });

  test("R-51 a __proto__ key is a key", () => {
    const authextra = JSON.parse('{"__proto__": {"isAdmin": true}}') as CborMap;
    const principal = toPrincipal(withExtra(authextra), policy());
    expect(JSON.stringify(principal)).toContain('"extra":{"__proto__":{"isAdmin":true}}');
    expect((principal as { readonly extra: CborMap }).extra.isAdmin).toBeUndefined();
  });

  test("R-50 authextra that is no CBOR is a fault, not a denial", () => {
    const bytes = Buffer.from(buildCookie(cookieFields({ authextra: { only: "text" } })));
    const at = bytes.indexOf(Buffer.from([0xa1, 0x64])); // a map of 1, text of 4
    expect(at).toBeGreaterThan(0);
    bytes[at] = 0xff;
    expect(() => toPrincipal(Cookie.cast(bytes), policy())).toThrow(
      expect.objectContaining({ code: "ERR_RECORD_CBOR" }),
    );
  });
});
