// A cookie in the log: recognisable, but of no use to whoever reads it.

import { createHmac, randomBytes } from "node:crypto";

/** Turns a cookie value into 12 hex digits that are the same for the same value and key. */
export type Fingerprint = (value: string) => string;

/**
 * Keyed, so that nobody who has the log can try values against it: what clients present as a ticket may be a
 * password typed by mistake. Without a key each process makes one of its own, and fingerprints of different
 * processes can't be compared.
 */
export function createFingerprint(key?: string): Fingerprint {
  const secret = key ?? randomBytes(32);
  return (value) => createHmac("sha256", secret).update(value).digest("hex").slice(0, 12);
}
