// Keys of the indexes by user and by expiry: their order, their ranges, and back to the oid.

import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie } from "../../src/record/cookie.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import {
  authidRange,
  expiredRange,
  isIndexKeyOf,
  oidOfIndexKey,
  sessionIndexKeys,
} from "../../src/store/session-index-keys.js";
import { makeFields, ownExpiryNs } from "./conformance.js";

const SLOTS = { byAuthid: 3, byExpiry: 4, uses: 5, marks: 6 };
const MAX_U64 = 2n ** 64n - 1n;

const fieldsArbitrary = fc
  .record({
    oid: fc.uuid(),
    authid: fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: undefined }),
    createdNs: fc.bigInt({ min: 1n, max: MAX_U64 }),
    maxAgeSeconds: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined }),
  })
  .map((fields) => makeFields(fields));

const keysOf = (fields: ReturnType<typeof makeFields>) => {
  const cookie = Cookie.cast(buildCookie(fields));
  return { cookie, ...sessionIndexKeys(SLOTS, cookie, uuidToBytes(fields.oid)) };
};
const isIn = (key: Buffer, { start, end }: { start: Buffer; end: Buffer }): boolean =>
  Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0;

describe("any record", () => {
  test("has a key by user exactly if it has an authid, in that user's range and in no other", () => {
    fc.assert(
      fc.property(fieldsArbitrary, fc.string(), (fields, other) => {
        const { byAuthid, cookie } = keysOf(fields);
        expect(byAuthid === undefined).toBe(fields.authid === undefined);
        if (byAuthid === undefined || fields.authid === undefined) return;
        expect(byAuthid).toHaveLength(2 + 32 + 16);
        expect(isIn(byAuthid, authidRange(SLOTS, fields.authid))).toBe(true);
        expect(isIn(byAuthid, authidRange(SLOTS, other))).toBe(other === fields.authid);
        expect(oidOfIndexKey(SLOTS, byAuthid)).toBe(fields.oid);
        expect(isIndexKeyOf(SLOTS, byAuthid, cookie)).toBe(true);
      }),
    );
  });

  test("has a key by expiry exactly if it has a max_age, in the range of what has expired then", () => {
    const time = fc.bigInt({ min: -1n, max: 2n ** 65n });
    fc.assert(
      fc.property(fieldsArbitrary, time, (fields, timeNs) => {
        const { byExpiry, cookie } = keysOf(fields);
        const expiryNs = ownExpiryNs(fields);
        expect(byExpiry === undefined).toBe(expiryNs === undefined);
        if (byExpiry === undefined || expiryNs === undefined) return;
        const kept = expiryNs > MAX_U64 ? MAX_U64 : expiryNs;
        expect(isIn(byExpiry, expiredRange(SLOTS, timeNs))).toBe(kept <= timeNs);
        expect(isIn(byExpiry, expiredRange(SLOTS, kept))).toBe(true);
        expect(isIn(byExpiry, expiredRange(SLOTS, kept - 1n))).toBe(false);
        expect(oidOfIndexKey(SLOTS, byExpiry)).toBe(fields.oid);
        expect(isIndexKeyOf(SLOTS, byExpiry, cookie)).toBe(true);
      }),
    );
  });

  test("stands before another exactly if it expires before it", () => {
    fc.assert(
      fc.property(fieldsArbitrary, fieldsArbitrary, (one, other) => {
        const [a, b] = [keysOf(one).byExpiry, keysOf(other).byExpiry];
        const [aNs, bNs] = [ownExpiryNs(one), ownExpiryNs(other)];
        if (a === undefined || b === undefined || aNs === undefined || bNs === undefined) return;
        if (aNs < bNs && aNs < MAX_U64) expect(Buffer.compare(a, b)).toBe(-1);
      }),
    );
  });
});

test("a key is not that of a record with another user, another expiry or another oid", () => {
  const fields = makeFields();
  const { byAuthid, byExpiry } = keysOf(fields);
  const [user, age, oid] = [
    { ...fields, authid: "ann" },
    { ...fields, maxAgeSeconds: 1 },
    { ...fields, oid: randomUUID() },
  ].map((changed) => keysOf(changed).cookie) as [Cookie, Cookie, Cookie];
  expect(isIndexKeyOf(SLOTS, byAuthid as Buffer, user)).toBe(false);
  expect(isIndexKeyOf(SLOTS, byExpiry as Buffer, age)).toBe(false);
  expect(isIndexKeyOf(SLOTS, byExpiry as Buffer, user)).toBe(true);
  expect(keysOf({ ...fields, oid: oid.oid }).byAuthid?.equals(byAuthid as Buffer)).toBe(false);
});

test.each([
  ["by user, too short", Buffer.concat([Buffer.from([0, 3]), Buffer.alloc(47)])],
  ["by user, too long", Buffer.concat([Buffer.from([0, 3]), Buffer.alloc(49)])],
  ["by expiry, of the other's length", Buffer.concat([Buffer.from([0, 4]), Buffer.alloc(48)])],
  ["nothing but a slot", Buffer.from([0, 3])],
  ["not even that", Buffer.from([0])],
])("a key that no writer of ours makes has no oid: %s", (_, key) => {
  expect(oidOfIndexKey(SLOTS, key)).toBeUndefined();
});

test("an authid of lone surrogates finds nobody whose authid was stored as U+FFFD by hash alone", () => {
  // Both hash alike: it is the comparison with the record that tells them apart.
  const range = authidRange(SLOTS, "\ud800");
  expect(range).toEqual(authidRange(SLOTS, "\ufffd"));
});
