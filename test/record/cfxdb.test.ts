// Records live between both languages: cfxdb reads what we build, we read what cfxdb builds.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildCookie } from "../../src/record/build-cookie.js";
import { encodeCborMap } from "../../src/record/cbor-map.js";
import { Cookie } from "../../src/record/cookie.js";
import { type Cfxdb, cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import {
  cborMapArbitrary,
  cookieFieldsArbitrary,
  storableCookieArbitrary,
} from "../support/cookie-arbitraries.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;

describeLive(missing === undefined ? "with cfxdb" : `with cfxdb (skipped: ${missing})`, () => {
  let cfxdb: Cfxdb;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "record-"));
    cfxdb = await startCfxdb();
  });

  afterAll(async () => {
    await cfxdb?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("cfxdb reads our records, we read cfxdb's", async () => {
    await fc.assert(
      fc.asyncProperty(cookieFieldsArbitrary(), async (fields) => {
        expect(await cfxdb.cast(buildCookie(fields))).toEqual(fields);
        expect(Cookie.cast(await cfxdb.build(fields)).toFields()).toEqual(fields);
      }),
      { numRuns: 300 },
    );
  });

  test("the bytes are the same, unless a map has a number that cbor2 writes shorter", async () => {
    const fields = cookieFieldsArbitrary().filter(
      ({ authextra, authenticatedTransportInfo }) => !hasNoNumber([authextra, authenticatedTransportInfo]),
    );
    await fc.assert(
      fc.asyncProperty(fields, async (cookie) => {
        expect(Buffer.compare(await cfxdb.build(cookie), buildCookie(cookie))).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("cbor2 reads our maps", async () => {
    await fc.assert(
      fc.asyncProperty(cborMapArbitrary(), async (map) => {
        expect(await cfxdb.cborLoads(encodeCborMap(map, "authextra"))).toEqual(map);
      }),
      { numRuns: 300 },
    );
  });

  test("what Crossbar's create() and setAuth() write reads back as Crossbar reads it", async () => {
    const path = join(directory, "crossbar");
    const database = await cfxdb.open(path, { format: "0.9", maxsize: 2 ** 20 });
    const { value } = await database.create();
    const auth = {
      authid: "alice@example.com",
      authrole: "user",
      authmethod: "wampcra",
      authrealm: "realm1",
      authextra: { id: 2n ** 60n, key: new Uint8Array([1, 2]) },
    };
    expect(await database.setAuth(value, auth)).toBe(true);
    expect(await database.setAuth(value, auth)).toBe(false);
    // Crossbar says that it updated the cookie, and nothing has changed.
    const nobody = { authid: null, authrole: null, authmethod: null, authrealm: null, authextra: null };
    expect(await database.setAuth(value, nobody)).toBe(true);

    const { recordSlot } = await database.info();
    const prefix = recordSlot.toString(16).padStart(4, "0");
    const hex = [...(await database.dump())].find(([key]) => key.startsWith(prefix))?.[1] ?? "";
    const cookie = Cookie.cast(Buffer.from(hex, "hex"));
    expect(cookie.toFields()).toEqual(await database.getByValue(value));
    expect(await database.getAuth(value)).toEqual(auth);
    expect(cookie.toFields()).toMatchObject({ ...auth, value, name: "cbtid", maxAgeSeconds: 604_800 });
    expect(cookie.authenticatedNs).toBeUndefined();
    await database.close();
  });

  test("records written through zlmdb keep its invariant", async () => {
    const database = await cfxdb.open(join(directory, "many"), { format: "0.9", sync: false, shifted: true });
    const sample = fc.sample(storableCookieArbitrary(), 60);
    const cookies = [...new Map(sample.map((cookie) => [cookie.value, cookie])).values()];
    await database.putMany(cookies);
    expect(await database.verify()).toEqual({
      records: cookies.length,
      indexKeys: cookies.length,
      problems: [],
    });
    for (const cookie of cookies.slice(0, 10)) {
      expect(await database.getByOid(cookie.oid)).toEqual(cookie);
      expect(await database.getByValue(cookie.value)).toEqual(cookie);
      expect(await database.delete(cookie.oid)).toBe(true);
      expect(await database.getByValue(cookie.value)).toBeUndefined();
    }
    await database.close();
  });

  test("an error in Python has its class and its text", async () => {
    await expect(cfxdb.cborLoads(Buffer.from("82", "hex"))).rejects.toMatchObject({ name: "CfxdbError" });
  });
});

/** NaN and the infinities: cbor2 has 16 bits for them, cborg 64. */
function hasNoNumber(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(hasNoNumber);
}
