// A reader whose look-ups wait until they are told to go on: for clients that leave, and for deadlines.

import type { CookieReader } from "../../src/store/cookie-reader.js";

export interface HeldReader {
  readonly reader: CookieReader;
  /** How many look-ups have begun. */
  begun(): number;
  /** Lets all of them, and all later ones, go on. */
  release(): void;
}

export function holdReader(behind: CookieReader): HeldReader {
  let begun = 0;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    begun: () => begun,
    release: () => release(),
    reader: {
      async findByValue(value) {
        begun += 1;
        await released;
        return behind.findByValue(value);
      },
      findByOid: (oid) => behind.findByOid(oid),
      async findUsed(key) {
        begun += 1;
        await released;
        return behind.findUsed(key);
      },
      list: (options) => behind.list(options),
      marks: () => behind.marks(),
      version: () => behind.version(),
      changesSince: (version) => behind.changesSince(version),
      info: () => behind.info(),
      close: () => behind.close(),
    },
  };
}
