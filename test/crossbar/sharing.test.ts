// One cookie database, two writers: Crossbar's logins and our CookieWriter at the same time, and each on the other's.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  type Cookie,
  type CookieFields,
  type CookieStore,
  initCookieStore,
  makeCookieValue,
  openCookieStore,
} from "../../src/index.js";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { type Cfxdb, cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { joinFrames, logIn } from "../support/crossbar-cookie-client.js";
import {
  COOKIE_MAX_AGE_SECONDS,
  type CookieNodePorts,
  cookieNode,
  crossbarMissing,
  REALM,
  USER_ROLE,
  USERS,
} from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { waitFor } from "../support/wait-for.js";

const MAX_SIZE_BYTES = 1_073_741_824;
const WRITING_MS = 5_000;
/** Logins and writers that run side by side. */
const LOGINS = 4;
const WRITERS = 2;
/** LMDB's data version of format 0.9. */
function dataVersionOf(path: string): number {
  const reader = openLmdbReader(path);
  try {
    return reader.info().dataVersion;
  } finally {
    reader.close();
  }
}

const FORMAT_0_9 = 1;
/** The two descriptions of tables. */
const METADATA_KEYS = 2;

function newFields(changes: Partial<CookieFields> = {}): CookieFields & { readonly value: string } {
  return {
    oid: crypto.randomUUID(),
    createdNs: BigInt(Date.now()) * 1_000_000n,
    maxAgeSeconds: COOKIE_MAX_AGE_SECONDS,
    name: "cbtid",
    value: makeCookieValue(),
    authid: "ours",
    authrole: USER_ROLE,
    authmethod: "wampcra",
    authrealm: REALM,
    authextra: { theme: "dark" },
    ...changes,
  } as CookieFields & { readonly value: string };
}

const find = (store: CookieStore, value: string) => store.reader.findByValue(value) as Cookie | undefined;

/** Every record, page by page. */
async function allCookies(store: CookieStore): Promise<Cookie[]> {
  const cookies: Cookie[] = [];
  let after: string | undefined;
  do {
    const page = await store.reader.list({ limit: 500, after });
    expect(page.damaged).toEqual([]);
    cookies.push(...page.cookies);
    after = page.next;
  } while (after !== undefined);
  return cookies;
}

/** zlmdb's invariant through our own reader: every record by its value, and no index key beside these. */
async function expectInvariant(store: CookieStore): Promise<readonly Cookie[]> {
  const cookies = await allCookies(store);
  for (const { oid, value } of cookies) expect(find(store, value ?? "")?.oid).toBe(oid);
  expect((await store.reader.info()).entries).toBe(METADATA_KEYS + 2 * cookies.length);
  return cookies;
}

describeUnless(crossbarMissing() ?? cfxdbMissing(), "one database, Crossbar and us", () => {
  let directory: string;
  let cookies: string;
  let ports: CookieNodePorts;
  let crossbar: Crossbar;
  let store: CookieStore;
  let cfxdb: Cfxdb;
  /** Stored before Crossbar ever saw the database. */
  const first = newFields({ authid: "first" });

  const loginUrl = (): string => `ws://127.0.0.1:${ports.login}`;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-sharing-"));
    cookies = join(directory, "cookies");
    await initCookieStore(cookies);
    store = await openCookieStore({ path: cookies, maxSizeBytes: MAX_SIZE_BYTES });
    await store.writer.write((transaction) => transaction.put(first));
    const [component = 0, login = 0, client = 0, other = 0, trap = 0] = await freePorts(5);
    ports = { component, login, client, other, trap };
    crossbar = await startCrossbar({ nodeConfig: cookieNode(ports, cookies), directory });
    cfxdb = await startCfxdb();
  }, 120_000);

  afterAll(async () => {
    await cfxdb?.stop();
    await store?.close();
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  /** Joins by Crossbar's own cookie method: what Crossbar itself reads in the record. */
  async function joinByCookieMethod(value: string) {
    const headers = { Cookie: `cbtid=${value}` };
    const joined = await joinFrames({ url: loginUrl(), realm: REALM, cookieMethod: true, headers });
    await joined.leave();
    return joined;
  }

  test("a Crossbar that never saw our database takes it, and welcomes a cookie that we had put there", async () => {
    const joined = await joinByCookieMethod(first.value);
    expect(joined).toMatchObject({
      kind: "welcome",
      details: { authid: "first", authrole: USER_ROLE, authprovider: "cookie" },
      setCookie: undefined,
    });
    expect(dataVersionOf(cookies)).toBe(FORMAT_0_9);
  });

  test("each sees the other's write at once", async () => {
    const value = await logIn(loginUrl(), REALM, "joe", USERS.joe);
    expect(find(store, value)).toMatchObject({
      authid: "joe",
      name: "cbtid",
      maxAgeSeconds: COOKIE_MAX_AGE_SECONDS,
    });
    const ours = newFields({ authid: "fresh" });
    await store.writer.write((transaction) => transaction.put(ours));
    expect(await joinByCookieMethod(ours.value)).toMatchObject({ details: { authid: "fresh" } });
    await store.writer.write((transaction) => transaction.delete(ours.oid));
    const gone = await joinByCookieMethod(ours.value);
    expect(gone.kind).toBe("abort");
    // Crossbar makes a new cookie for a value that it doesn't know.
    expect(gone.setCookie).not.toBe(ours.value);
  });

  test("both write for five seconds: every record of both is accounted for, and the index belongs to it", async () => {
    const before = (await allCookies(store)).length;
    const end = performance.now() + WRITING_MS;
    /** Value -> authid. */
    const theirs = new Map<string, string>();
    const ours = new Map<string, string>();
    const deleted: string[] = [];
    let transactions = 0;
    let unseen = 0;

    const logInAll = async (): Promise<void> => {
      while (performance.now() < end) {
        const authid = theirs.size % 2 === 0 ? "joe" : "jane";
        const value = await logIn(loginUrl(), REALM, authid, USERS[authid]);
        theirs.set(value, authid);
        if (find(store, value)?.authid !== authid) unseen += 1;
      }
    };
    const writeAll = async (): Promise<void> => {
      for (let n = 0; performance.now() < end; n += 1) {
        const fields = newFields();
        await store.writer.write((transaction) => transaction.put(fields));
        transactions += 1;
        if (n % 3 === 1) {
          await store.writer.write((transaction) => transaction.delete(fields.oid));
          transactions += 1;
          deleted.push(fields.value);
        } else if (n % 3 === 2) {
          // A new value for the same record, as at a login: its old index key must go.
          const renewed = { ...fields, value: makeCookieValue(), authid: "renewed" };
          await store.writer.write((transaction) => transaction.put(renewed));
          transactions += 1;
          deleted.push(fields.value);
          ours.set(renewed.value, "renewed");
        } else {
          ours.set(fields.value, "ours");
        }
      }
    };
    await Promise.all([
      ...Array.from({ length: LOGINS }, logInAll),
      ...Array.from({ length: WRITERS }, writeAll),
    ]);
    console.info(`${WRITING_MS} ms: ${theirs.size} logins at Crossbar, ${transactions} transactions of ours`);

    expect(theirs.size).toBeGreaterThanOrEqual(20);
    expect(ours.size).toBeGreaterThanOrEqual(50);
    expect(deleted.length).toBeGreaterThanOrEqual(20);
    expect(unseen).toBe(0);
    for (const [value, authid] of [...theirs, ...ours]) expect(find(store, value)?.authid).toBe(authid);
    for (const value of deleted) expect(find(store, value)).toBeUndefined();
    const records = await expectInvariant(store);
    expect(records).toHaveLength(before + theirs.size + ours.size);
    // Crossbar goes on with it: with what it wrote, with what we wrote, and with new ones.
    for (const value of [[...theirs.keys()][0], [...ours.keys()].at(-1)]) {
      expect(await joinByCookieMethod(value ?? "")).toMatchObject({ kind: "welcome" });
    }
  }, 60_000);

  test("after Crossbar has stopped, cfxdb finds the same in it: same records, same index, format 0.9", async () => {
    await crossbar.stop();
    const records = await expectInvariant(store);
    const database = await cfxdb.open(cookies);
    expect(await database.info()).toMatchObject({ format: "0.9" });
    expect(await database.verify()).toEqual({
      records: records.length,
      indexKeys: records.length,
      problems: [],
    });
    for (const record of records.slice(0, 50)) {
      expect(await database.getByOid(record.oid)).toEqual(record.toFields());
      expect(await database.getByValue(record.value ?? "")).toEqual(record.toFields());
    }
    await database.close();
    expect(dataVersionOf(cookies)).toBe(FORMAT_0_9);
  }, 60_000);

  test("a 0.9 database that cfxdb made and Crossbar's own store wrote is opened, read and written by us", async () => {
    const path = join(directory, "made-by-cfxdb");
    const database = await cfxdb.open(path, { format: "0.9" });
    const visitor = await database.create();
    const member = await database.create();
    const auth = {
      authid: "joe",
      authrole: "user",
      authmethod: "wampcra",
      authrealm: REALM,
      authextra: { n: 1 },
    };
    expect(await database.setAuth(member.value, auth)).toBe(true);

    const other = await openCookieStore({ path, maxSizeBytes: MAX_SIZE_BYTES });
    try {
      expect(find(other, visitor.value)?.authid).toBeUndefined();
      expect(find(other, member.value)).toMatchObject(auth);
      const fields = newFields();
      await other.writer.write((transaction) => {
        transaction.put(fields);
        transaction.delete(find(other, visitor.value)?.oid ?? "");
      });
      await waitFor("cfxdb to see it", () => database.exists(fields.value));
      expect(await database.exists(visitor.value)).toBe(false);
      expect(await database.getAuth(fields.value)).toMatchObject({
        authid: "ours",
        authextra: { theme: "dark" },
      });
      // And it logs out what we made.
      expect(await database.delAuth(fields.value)).toBe(true);
      expect(find(other, fields.value)).toBeUndefined();
      expect(await expectInvariant(other)).toHaveLength(1);
      expect(await database.verify()).toEqual({ records: 1, indexKeys: 1, problems: [] });
    } finally {
      await other.close();
      await database.close();
    }
  });
});
