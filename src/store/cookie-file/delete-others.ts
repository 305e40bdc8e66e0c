// Deletes what a file lacks: a session that was ended between two exports must not live on where the first one went.

import { isDamage } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookieReader } from "../cookie-reader.js";
import type { CookieTransaction } from "../cookie-writer.js";
import type { BatchWriter } from "./batch-writer.js";
import type { FileRecords } from "./file-records.js";

const PAGE = 500;

export interface OthersOptions {
  readonly areValuesHashed: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Records looked at so far. */
  readonly onRecords?: ((done: number) => void) | undefined;
}

/**
 * Oids of the records that the file lacks, or has under another value or oid: page by page, of a complete listing.
 * What can't be read is left: it lets nobody in.
 */
export async function* findOthers(
  reader: CookieReader,
  records: FileRecords,
  { areValuesHashed, signal, onRecords }: OthersOptions,
): AsyncGenerator<readonly string[], void, undefined> {
  let after: string | undefined;
  let looked = 0;
  do {
    const page = await reader.list({ limit: PAGE, after, isComplete: true });
    looked += page.cookies.length + page.damaged.length;
    onRecords?.(looked);
    yield page.cookies.filter((cookie) => isOther(cookie, records, areValuesHashed)).map(({ oid }) => oid);
    after = page.next;
  } while (after !== undefined && signal?.aborted !== true);
}

/** How many there are. */
export async function countOthers(
  reader: CookieReader,
  records: FileRecords,
  options: OthersOptions,
): Promise<number> {
  let others = 0;
  for await (const oids of findOthers(reader, records, options)) others += oids.length;
  return others;
}

/** Deletes them batch by batch, each looked at again in its transaction. @returns how many */
export async function deleteOthers(
  reader: CookieReader,
  writer: BatchWriter,
  records: FileRecords,
  options: OthersOptions,
): Promise<number> {
  const { areValuesHashed, signal } = options;
  let deleted = 0;
  const deleteBatch = async (oids: readonly string[]): Promise<void> => {
    deleted += await writer.write(oids.length, (transaction) => {
      const others = oids.filter((oid) => isOtherNow(transaction, oid, records, areValuesHashed));
      return others.filter((oid) => transaction.delete(oid)).length;
    });
  };
  const waiting: string[] = [];
  for await (const oids of findOthers(reader, records, options)) {
    waiting.push(...oids);
    while (waiting.length >= writer.size && signal?.aborted !== true)
      await deleteBatch(waiting.splice(0, writer.size));
  }
  if (waiting.length > 0 && signal?.aborted !== true) await deleteBatch(waiting);
  return deleted;
}

function isOtherNow(
  transaction: CookieTransaction,
  oid: string,
  records: FileRecords,
  areValuesHashed: boolean,
): boolean {
  try {
    const cookie = transaction.findByOid(oid);
    return cookie !== undefined && isOther(cookie, records, areValuesHashed);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** A record that can't be read is none: nobody knows whose it is. */
export function isOther(cookie: Cookie, records: FileRecords, areValuesHashed: boolean): boolean {
  const place = records.placeOf(cookie, areValuesHashed);
  return place === "elsewhere" || place === "absent";
}
