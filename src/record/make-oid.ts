// The id of a new record: a UUID of version 7 (RFC 9562, section 5.7), so that records of a time lie side by side.

import { randomUUID } from "node:crypto";

const NS_PER_MS = 1_000_000n;

/**
 * A new oid: 48 bits of ms since 1970, 74 random ones. Crossbar's own are of version 4, which puts each new record on
 * another page of the database, to be copied and synced with each commit. An oid is no secret and opens nothing.
 *
 * @param nowNs ns since 1970 UTC
 */
export function makeOid(nowNs: bigint): string {
  const ms = BigInt.asUintN(48, nowNs / NS_PER_MS)
    .toString(16)
    .padStart(12, "0");
  // All behind the version's digit is random, but for the two bits of the variant, which are the same in both.
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`;
}
