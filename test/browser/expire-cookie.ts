// A cookie whose time is over, without waiting for it.

import { openCookieStore } from "../../src/store/open-store.js";

const EIGHT_DAYS_NS = 8n * 86_400n * 1_000_000_000n;

/** Writes the cookie's record as if it had been made eight days before; `path`: the database, which others have open. */
export async function expireCookie(path: string, value: string): Promise<void> {
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });
  try {
    const cookie = await store.reader.findByValue(value);
    if (cookie === undefined) throw new Error("the browser's cookie isn't in the database");
    const { oid, maxAgeSeconds, name, authid, authrole, authrealm } = cookie;
    const createdNs = cookie.createdNs - EIGHT_DAYS_NS;
    const fields = { oid, createdNs, maxAgeSeconds, name, value, authid, authrole, authrealm };
    await store.writer.write((transaction) => transaction.put(fields));
  } finally {
    await store.close();
  }
}
