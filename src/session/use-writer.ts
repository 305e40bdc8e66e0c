// Writes last uses, many in one transaction: what comes while a write is under way goes with the next one.

import { setTimeout as pause } from "node:timers/promises";
import { isDamage } from "../errors.js";
import type { UsedCookie } from "../store/cookie-reader.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import { cleanDevice } from "./device.js";
import type { Device } from "./session.js";
import { findRecordIn, type SessionContext, writeNow } from "./session-context.js";

/** Uses of one transaction: on LMDB some 3 ms of the lock that the router waits on, on Valkey as long in its scripts. */
const BATCH = 200;
/** Rest after each transaction, ms: nobody waits for a use, and those that come meanwhile share the next one. */
const REST_MS = 20;

interface NotedUse {
  readonly oid: string;
  readonly device: Device | undefined;
  readonly written: Promise<boolean>;
  resolve(isWritten: boolean): void;
  reject(error: unknown): void;
}

/** Whether the use of a record, as the transaction finds it, is to be written. */
export type UseCheck = (found: UsedCookie, nowNs: bigint) => boolean;

export interface UseWriter {
  /**
   * Resolves after the write, with whether it was made. Who notes a use of the same cookie meanwhile waits for the same.
   * Uses of many cookies, such as all live connections, are no burst of transactions: there is one at a time.
   */
  note(oid: string, device: Device | undefined): Promise<boolean>;
}

/** @param isWanted asked inside the transaction: another process may have written the use, or ended the session */
export function createUseWriter(context: SessionContext, isWanted: UseCheck): UseWriter {
  const noted = new Map<string, NotedUse>();
  let isRunning = false;

  const write = (transaction: CookieTransaction, { oid, device }: NotedUse, nowNs: bigint): boolean => {
    try {
      const found = findRecordIn(transaction, { oid }, {});
      if (found === undefined || !isWanted(found, nowNs)) return false;
      return transaction.putUse(oid, { lastUsedNs: nowNs, ...cleanDevice(device) });
    } catch (error) {
      if (isDamage(error)) return false; // its use is lost, those of the others aren't
      throw error;
    }
  };

  const run = async (): Promise<void> => {
    isRunning = true;
    await null; // all of this turn
    while (noted.size > 0) {
      const batch = [...noted.values()].slice(0, BATCH);
      try {
        const written = await writeNow(context, (transaction, nowNs) =>
          batch.map((use) => write(transaction, use, nowNs)),
        );
        for (const [at, use] of batch.entries()) use.resolve(written[at] === true);
      } catch (error) {
        for (const use of batch) use.reject(error);
      }
      for (const { oid } of batch) noted.delete(oid);
      await pause(REST_MS);
    }
    isRunning = false;
  };

  return {
    note(oid, device) {
      const other = noted.get(oid);
      if (other !== undefined) return other.written;
      const use = toNotedUse(oid, device);
      noted.set(oid, use);
      if (!isRunning) void run();
      return use.written;
    },
  };
}

function toNotedUse(oid: string, device: Device | undefined): NotedUse {
  let settle: Pick<NotedUse, "resolve" | "reject"> | undefined;
  const written = new Promise<boolean>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    oid,
    device,
    written,
    resolve: (is) => settle?.resolve(is),
    reject: (error) => settle?.reject(error),
  };
}
