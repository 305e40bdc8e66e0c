// Stores in memory with given records, and what an export of them says.

import type { CookieFields } from "../../../src/record/cookie.js";
import { exportCookies } from "../../../src/store/cookie-file/export-cookies.js";
import type { CookieUse } from "../../../src/store/cookie-reader.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";

export interface StoreRecord extends CookieFields {
  readonly value: string;
  readonly use?: CookieUse | undefined;
}

/** @param records values as clients present them */
export async function storeOf(
  records: readonly StoreRecord[],
  options: { readonly hashValues?: boolean; readonly clockNs?: bigint } = {},
): Promise<CookieStore> {
  const store = createMemoryStore(options);
  await put(store, records);
  await store.writer.write((transaction) => transaction.raiseClock(options.clockNs ?? 0n));
  return store;
}

export function put(store: CookieStore, records: readonly StoreRecord[]): Promise<void> {
  return store.writer.write((transaction) => {
    for (const { use, ...fields } of records) {
      transaction.put({ ...fields, value: transaction.toStoredValue(fields.value) });
      if (use !== undefined) transaction.putUse(fields.oid, use);
    }
  });
}

/** The whole export. */
export async function exported(
  { reader }: Pick<CookieStore, "reader">,
  filter: { readonly authid?: string; readonly authrealm?: string } = {},
): Promise<string> {
  let text = "";
  const write = async (more: string): Promise<boolean> => {
    text += more;
    return true;
  };
  await exportCookies(reader, write, { withValues: true, nowNs: 0n, ...filter });
  return text;
}

/** An oid of a small number. */
export function oidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
