// Databases with our own tables for the tests of verification: made once, copied for each test.

import { cpSync } from "node:fs";
import { join } from "node:path";
import type { CookieFields } from "../../../src/record/cookie.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import type { SessionMode } from "../../../src/store/lmdb/prepare-sessions.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import type { CookieSlots, SessionSlots } from "../../../src/store/zlmdb-layout.js";
import type { Damage } from "../../support/damage-store.js";
import { makeTempDirectory } from "../../support/temp-directory.js";

export const COOKIES = 30;

export interface SessionDatabase {
  /** Every third is of nobody, every fifth never expires by itself, every second was used. */
  readonly cookies: readonly (CookieFields & { readonly value: string })[];
  /** A copy, which nobody has open. */
  copy(): string;
}

/** Swept in either mode, so that everything has its entries; `hashed`: with values as SHA-256. */
export async function makeSessionDatabase(mode: SessionMode, hashed = false): Promise<SessionDatabase> {
  const path = join(makeTempDirectory(), "template");
  await initCookieStore(path);
  const store = await openCookieStore({
    path,
    maxSizeBytes: 2 ** 30,
    sessions: { mode },
    hashValues: hashed,
  });
  const cookies = await store.writer.write((transaction) => {
    const cookies = Array.from({ length: COOKIES }, (_, number) => {
      const fields = {
        oid: oidOf(number),
        createdNs: BigInt(number + 1),
        value: transaction.toStoredValue(`value-${number}`),
        ...(number % 3 === 0 ? {} : { authid: `user-${number % 4}` }),
        ...(number % 5 === 0 ? {} : { maxAgeSeconds: 100 + number }),
      };
      transaction.put(fields);
      if (number % 2 === 0) transaction.putUse(fields.oid, { lastUsedNs: 7n, peer: `peer ${number}` });
      return fields;
    });
    transaction.raiseClock(9n);
    return cookies;
  });
  await store.sweepIndexes();
  await store.close();
  return {
    cookies,
    copy: () => {
      const copy = join(makeTempDirectory(), "cookies");
      cpSync(path, copy, { recursive: true, filter: (file) => !file.endsWith("lock.mdb") });
      return copy;
    },
  };
}

/** Of a cookie, or beyond COOKIES of none. */
export function oidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** The slots of our tables. */
export function ownSlots({ slots }: { readonly slots: CookieSlots }): SessionSlots {
  if (slots.own === undefined) throw new Error("the database has no tables of ours");
  return slots.own;
}

/** A key in a table of ours. */
export function ownKey(damage: Damage, table: keyof SessionSlots, ...rest: readonly Uint8Array[]): Buffer {
  const slot = Buffer.alloc(2);
  slot.writeUInt16BE(ownSlots(damage)[table]);
  return Buffer.concat([slot, ...rest]);
}
