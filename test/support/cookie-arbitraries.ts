// fast-check arbitraries of cookie fields: all that a record can hold and give back unchanged.

import fc, { type Arbitrary } from "fast-check";
import type { CborMap } from "../../src/record/cbor-map.js";
import type { CookieFields } from "../../src/record/cookie.js";

/** What cfxdb's timestamps hold: numpy's datetime64 is signed, and its least value is "not a time". */
const INT64_MAX = 2n ** 63n - 1n;

/** Names with a meaning for JavaScript objects. */
const SPECIAL_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "$map",
  "",
];

/** Text of any Unicode characters, with no lone surrogates. */
export function textArbitrary(maxLength = 40): Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength }) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom("\ufeffbom", "\ufffd", "\u0000", "\u{10ffff}", "e\u0301") },
  );
}

/** Text that isn't empty: cfxdb doesn't write empty text. */
export function filledTextArbitrary(maxLength = 40): Arbitrary<string> {
  return textArbitrary(maxLength).filter((text) => text !== "");
}

/** UUID text, lower case. */
export function uuidArbitrary(): Arbitrary<string> {
  return fc.uuid();
}

/**
 * Values that CBOR gives back unchanged: no -0 and no `undefined`, and no big integer that a number would hold.
 */
export function cborValueArbitrary(): Arbitrary<unknown> {
  return fc.letrec<{ value: unknown; map: CborMap; list: unknown[] }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      textArbitrary(),
      fc.maxSafeInteger(),
      fc.double({ noDefaultInfinity: false }).map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 30 }),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
      fc.bigInt({ min: -(2n ** 80n), max: -(2n ** 53n) }),
      tie("list"),
      tie("map"),
    ),
    list: fc.array(tie("value"), { maxLength: 5 }),
    map: mapOf(tie("value")),
  })).value;
}

/** A map for authextra or transport info, with all that WAMP's serializers can put there. */
export function cborMapArbitrary(): Arbitrary<CborMap> {
  return mapOf(cborValueArbitrary());
}

function mapOf(value: Arbitrary<unknown>): Arbitrary<CborMap> {
  const key = fc.oneof(
    { weight: 3, arbitrary: textArbitrary(20) },
    { weight: 1, arbitrary: fc.constantFrom(...SPECIAL_KEYS) },
  );
  // fromEntries makes own properties of `__proto__` keys too.
  return fc
    .array(fc.tuple(key, value), { maxLength: 6 })
    .map((entries) => Object.fromEntries(entries) as CborMap);
}

/**
 * Fields as `Cookie.toFields()` gives them back: no empty text, no 0 where it means absent, maps always there.
 * All of it is in cfxdb's range too.
 */
export function cookieFieldsArbitrary(): Arbitrary<CookieFields> {
  const optional = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined });
  const ns = (min: bigint): Arbitrary<bigint> => fc.bigInt({ min, max: INT64_MAX });
  const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  return fc.record({
    oid: uuidArbitrary(),
    createdNs: ns(0n),
    maxAgeSeconds: optional(number),
    name: optional(filledTextArbitrary()),
    value: optional(filledTextArbitrary(100)),
    authenticatedNs: optional(ns(1n)),
    authenticatedOnNode: optional(uuidArbitrary()),
    authenticatedOnWorker: optional(filledTextArbitrary()),
    authenticatedTransportInfo: cborMapArbitrary(),
    authenticatedSession: optional(number),
    authenticatedJoinedAtNs: optional(ns(1n)),
    authenticatedAuthmethod: optional(filledTextArbitrary()),
    authid: optional(filledTextArbitrary()),
    authrole: optional(filledTextArbitrary()),
    authmethod: optional(filledTextArbitrary()),
    authrealm: optional(filledTextArbitrary()),
    authextra: cborMapArbitrary(),
  });
}

/** Fields of a cookie that zlmdb's index takes: its value is text of 1 to 509 bytes. */
export function storableCookieArbitrary(): Arbitrary<CookieFields & { readonly value: string }> {
  const value = fc.string({ unit: fc.constantFrom(...COOKIE_OCTETS), minLength: 1, maxLength: 509 });
  return fc.tuple(cookieFieldsArbitrary(), value).map(([fields, text]) => ({ ...fields, value: text }));
}

/** The cookie-octets of RFC 6265. */
const COOKIE_OCTETS = Array.from({ length: 0x7f - 0x21 }, (_, n) => String.fromCharCode(0x21 + n)).filter(
  (character) => !'",;\\'.includes(character),
);
