// A cookie store in either format for tests: what we can't write ourselves, LMDB 1.0, cfxdb writes for us.

import type { CookieFields } from "../../src/record/cookie.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { type CfxdbDatabase, type CfxdbFormat, startCfxdb } from "./cfxdb.js";

const MAX_SIZE_BYTES = 1_073_741_824;

/** Opens a database that is there. In format 1.0 a write may only put and delete, one after the other. */
export async function openStoreInFormat(path: string, format: CfxdbFormat): Promise<CookieStore> {
  if (format === "0.9") return openCookieStore({ path, maxSizeBytes: MAX_SIZE_BYTES });
  const reader = await openCookieReader({ path });
  const cfxdb = await startCfxdb();
  const theirs = await cfxdb.open(path);
  return {
    reader,
    writer: {
      async write(change) {
        const steps: ((database: CfxdbDatabase) => Promise<unknown>)[] = [];
        const unsupported = (): never => {
          throw new Error("not in a write of cfxdb");
        };
        const result = change({
          findByValue: unsupported,
          findByOid: unsupported,
          put: (fields: CookieFields) => {
            steps.push((database) => database.put(fields));
            return undefined as never;
          },
          delete: (oid) => {
            steps.push((database) => database.delete(oid));
            return true;
          },
          toStoredValue: (value) => value,
          findUse: unsupported,
          putUse: unsupported,
          listByAuthid: unsupported,
          clockNs: 0n,
          raiseClock: unsupported,
        });
        for (const step of steps) await step(theirs);
        return result;
      },
    },
    sweepIndexes: () => Promise.reject(new Error("not on a database of cfxdb")),
    async close() {
      await reader.close();
      await cfxdb.stop();
    },
  };
}
