// A cookie reader that only says whether it can be read.

import type { CookieReader, StoreInfo } from "../../src/store/cookie-reader.js";

const INFO: StoreInfo = {
  engine: "fake",
  path: undefined,
  format: undefined,
  writable: false,
  entries: 0,
  usedBytes: 0,
  maxSizeBytes: undefined,
  pageSize: 0,
  tables: [],
};

/** Answers `info` with `info()`; `onClose` is told of each close. */
export function fakeReader(
  info: () => StoreInfo | Promise<StoreInfo> = () => INFO,
  onClose: () => void = () => {},
): CookieReader {
  return {
    findByValue: () => undefined,
    findByOid: () => undefined,
    findUsed: () => undefined,
    list: () => ({ cookies: [], uses: new Map(), damaged: [], next: undefined }),
    marks: () => ({ clockNs: 0n, areValuesHashed: false, areIndexesExact: false }),
    version: () => "0",
    changesSince: () => undefined,
    info,
    close: async () => onClose(),
  };
}
