// Index entries and table descriptions that lie, on both engines: an error with a code, never another cookie's record.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import { UNAVAILABLE } from "../../src/authenticator/to-reply.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import { LmdbEnvironment, type LmdbTransaction } from "../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader } from "../../src/store/open-store.js";
import {
  COOKIES_TABLE,
  encodeTableSlot,
  metadataKey,
  VALUE_INDEX_TABLE,
} from "../../src/store/zlmdb-layout.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { makeFields } from "./conformance.js";

afterAll(removeTempDirectories);

const SLOTS = { cookies: 1, valueIndex: 2 };
const recordKey = (oid: string): Buffer => Buffer.concat([Buffer.from([0, SLOTS.cookies]), uuidToBytes(oid)]);
const indexKey = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0, SLOTS.valueIndex]), Buffer.from(value)]);

/** A database with raw entries, past the writing port. */
async function makeDatabase(write: (transaction: LmdbTransaction) => void): Promise<string> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
  await environment.write(write);
  await environment.close();
  return path;
}

describe.each(["native", "pure"] as const)("the %s engine", (engine) => {
  async function expectFault(
    path: string,
    code: string,
    look: (reader: CookieReader) => unknown,
  ): Promise<void> {
    const reader = await openCookieReader({ path, engine });
    await expect((async () => look(reader))()).rejects.toMatchObject({ code, hint: expect.any(String) });
    await reader.close();
  }

  test("an index entry that names a record that isn't there", async () => {
    const path = await makeDatabase((transaction) => {
      transaction.put(indexKey("lost"), uuidToBytes(randomUUID()));
    });
    await expectFault(path, "ERR_STORE_INCONSISTENT", (reader) => reader.findByValue("lost"));
  });

  test("an index entry that names a record with another value: nobody gets another's identity", async () => {
    const joe = makeFields();
    const path = await makeDatabase((transaction) => {
      transaction.put(recordKey(joe.oid), buildCookie(joe));
      transaction.put(indexKey(joe.value), uuidToBytes(joe.oid));
      transaction.put(indexKey("mallory"), uuidToBytes(joe.oid));
    });
    await expectFault(path, "ERR_STORE_INCONSISTENT", (reader) => reader.findByValue("mallory"));

    const reader = await openCookieReader({ path, engine });
    expect((await reader.findByValue(joe.value))?.oid).toBe(joe.oid);
    const details = { authmethod: "ticket", ticket: "mallory" };
    const answer = await createAuthenticator({ reader }).answer(["realm1", null, details], {
      authrole: "trusted",
    });
    expect(answer).toEqual(UNAVAILABLE);
    await reader.close();
  });

  test.each([
    ["shorter than an oid", 15],
    ["longer than an oid", 17],
    ["empty", 0],
  ])("an index entry that is %s", async (_, length) => {
    const path = await makeDatabase((transaction) => {
      transaction.put(indexKey("odd"), Buffer.alloc(length, 1));
    });
    await expectFault(path, "ERR_STORE_INCONSISTENT", (reader) => reader.findByValue("odd"));
  });

  test("a record under another record's oid", async () => {
    const [one, other] = [makeFields(), makeFields()];
    const path = await makeDatabase((transaction) => {
      transaction.put(recordKey(one.oid), buildCookie(other));
    });
    await expectFault(path, "ERR_STORE_INCONSISTENT", (reader) => reader.findByOid(one.oid));
  });

  test("a record that is no record: that one is refused, the list shows the others", async () => {
    const [good, bad] = [makeFields(), makeFields()];
    const path = await makeDatabase((transaction) => {
      transaction.put(recordKey(good.oid), buildCookie(good));
      transaction.put(indexKey(good.value), uuidToBytes(good.oid));
      transaction.put(recordKey(bad.oid), Buffer.alloc(40, 0xff));
      transaction.put(indexKey(bad.value), uuidToBytes(bad.oid));
    });
    await expectFault(path, "ERR_RECORD_INVALID", (reader) => reader.findByValue(bad.value));
    const reader = await openCookieReader({ path, engine });
    expect((await reader.findByValue(good.value))?.oid).toBe(good.oid);
    const { cookies, damaged } = await reader.list({ limit: 10 });
    expect(cookies.map(({ oid }) => oid)).toEqual([good.oid]);
    expect(damaged).toMatchObject([{ oid: bad.oid, error: { code: "ERR_RECORD_INVALID" } }]);
    await reader.close();
  });

  test("two slots for one table", async () => {
    const path = await makeDatabase((transaction) => {
      transaction.put(metadataKey(7), encodeTableSlot(COOKIES_TABLE, 7));
    });
    await expectFault(path, "ERR_STORE_TABLES", (reader) => reader.findByValue("x"));
  });

  test("the cookie tables in the last slots that there are: all is found and listed", async () => {
    const joe = makeFields();
    const path = await makeDatabase((transaction) => {
      for (const slot of [1, 2]) transaction.delete(metadataKey(slot));
      transaction.put(metadataKey(0xfffe), encodeTableSlot(VALUE_INDEX_TABLE, 0xfffe));
      transaction.put(metadataKey(0xffff), encodeTableSlot(COOKIES_TABLE, 0xffff));
      const at = (slot: number, key: Uint8Array): Buffer => Buffer.concat([Buffer.from([0xff, slot]), key]);
      transaction.put(at(0xff, uuidToBytes(joe.oid)), buildCookie(joe));
      transaction.put(at(0xfe, Buffer.from(joe.value)), uuidToBytes(joe.oid));
    });
    const reader = await openCookieReader({ path, engine });
    expect((await reader.findByValue(joe.value))?.oid).toBe(joe.oid);
    expect((await reader.list({ limit: 10 })).cookies.map(({ oid }) => oid)).toEqual([joe.oid]);
    await reader.close();
  });

  test("a table description that is no CBOR, or names another slot", async () => {
    const rubbish = await makeDatabase((transaction) => transaction.put(metadataKey(7), Buffer.from([0xff])));
    await expectFault(rubbish, "ERR_STORE_TABLES", (reader) => reader.findByValue("x"));
    const other = await makeDatabase((transaction) => {
      transaction.put(metadataKey(7), encodeTableSlot(COOKIES_TABLE, 8));
    });
    await expectFault(other, "ERR_STORE_TABLES", (reader) => reader.findByValue("x"));
  });
});
