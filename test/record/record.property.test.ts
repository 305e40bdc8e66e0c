// Properties of records: what is built reads back, and no bytes whatever give anything but a record or a coded error.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { decodeCborMap, encodeCborMap } from "../../src/record/cbor-map.js";
import { Cookie } from "../../src/record/cookie.js";
import { cborMapArbitrary, cookieFieldsArbitrary } from "../support/cookie-arbitraries.js";
import { readGoldenRecords } from "../support/golden-records.js";

const { records } = readGoldenRecords();
const RECORD_CODES = ["ERR_RECORD_INVALID", "ERR_RECORD_CBOR"];

/** Reads all of it; a coded error is as good as a record. Anything else is thrown on. */
function readEverything(bytes: Uint8Array): void {
  try {
    const cookie = Cookie.cast(bytes);
    for (const name of GETTERS) tolerate(() => cookie[name]);
    tolerate(() => cookie.marshal({ withValue: true }));
    tolerate(() => JSON.stringify(cookie));
  } catch (error) {
    check(error);
  }
}

function tolerate(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    check(error);
  }
}

function check(error: unknown): void {
  if (error instanceof CookieAuthenticatorError && RECORD_CODES.includes(error.code)) return;
  throw error;
}

const GETTERS = [
  "oid",
  "createdNs",
  "maxAgeSeconds",
  "name",
  "value",
  "authenticatedNs",
  "authenticatedOnNode",
  "authenticatedOnWorker",
  "authenticatedTransportInfo",
  "authenticatedSession",
  "authenticatedJoinedAtNs",
  "authenticatedAuthmethod",
  "authid",
  "authrole",
  "authmethod",
  "authrealm",
  "authextra",
] as const satisfies readonly (keyof Cookie)[];

const golden = records.map(({ hex }) => Buffer.from(hex, "hex")).filter(({ length }) => length < 2_000);
const goldenArbitrary = fc.constantFrom(...golden);

describe("a record", () => {
  test("reads back as the fields it was built of, and builds again with the same bytes", () => {
    fc.assert(
      fc.property(cookieFieldsArbitrary(), (fields) => {
        const bytes = buildCookie(fields);
        const again = Cookie.cast(bytes).toFields();
        expect(again).toEqual(fields);
        expect(Buffer.compare(buildCookie(again), bytes)).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a CBOR map reads back", () => {
    fc.assert(
      fc.property(cborMapArbitrary(), (map) => {
        expect(decodeCborMap(encodeCborMap(map, "authextra"), "authextra")).toEqual(map);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("no bytes give another exception", () => {
  test("every golden record cut at every length", () => {
    for (const bytes of golden) {
      for (let length = 0; length < bytes.length; length += 1) readEverything(bytes.subarray(0, length));
    }
  });

  test("every golden record with every single byte at 00, 7f, 80 and ff", () => {
    for (const bytes of golden) {
      for (let at = 0; at < bytes.length; at += 1) {
        for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[at] = byte;
          readEverything(changed);
        }
      }
    }
  });

  test("several bytes changed, inserted and removed", () => {
    const change = fc.record({
      at: fc.nat(2_000),
      byte: fc.nat(255),
      how: fc.constantFrom("set", "insert", "remove"),
    });
    fc.assert(
      fc.property(goldenArbitrary, fc.array(change, { minLength: 1, maxLength: 8 }), (bytes, changes) => {
        const changed = [...bytes];
        for (const { at, byte, how } of changes) {
          changed.splice(at % changed.length, how === "insert" ? 0 : 1, ...(how === "remove" ? [] : [byte]));
        }
        readEverything(Uint8Array.from(changed));
      }),
      { numRuns: 5_000 },
    );
  });

  test("32-bit numbers changed: offsets and lengths", () => {
    const number = fc.oneof(fc.nat(600), fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fff0));
    fc.assert(
      fc.property(goldenArbitrary, fc.nat(500), number, (bytes, word, value) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt32LE(value, (word * 4) % (changed.length - 3));
        readEverything(changed);
      }),
      { numRuns: 5_000 },
    );
  });

  test("random bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readEverything), { numRuns: 5_000 });
  });

  test("random bytes as authextra of a good record", () => {
    const good = buildCookie({
      oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c",
      createdNs: 1n,
      authextra: { v: "x".repeat(64) },
    });
    const at = Buffer.from(good).indexOf("a16176", "hex");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 68 }), (extra) => {
        const changed = Buffer.from(good);
        changed.set(extra, at);
        readEverything(changed);
      }),
      { numRuns: 5_000 },
    );
  });

  test("random CBOR heads: nesting, breaks, tags and counts in any order", () => {
    const heads = [
      0x01, 0x40, 0x60, 0x61, 0x80, 0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xbf, 0xc2, 0xc3, 0xd8, 0xf6, 0xf9, 0xff,
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...heads), { maxLength: 60 }), (rest) => {
        tolerate(() => decodeCborMap(Uint8Array.from([0xbf, 0x61, 0x61, ...rest]), "authextra"));
      }),
      { numRuns: 20_000 },
    );
  });
});
