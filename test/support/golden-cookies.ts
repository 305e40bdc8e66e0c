// The cookies of a golden database, from its dump: found without the code that the tests are about.

import { Cookie, type CookieFields } from "../../src/record/cookie.js";
import { type GoldenDatabase, readGoldenDump } from "./golden-records.js";

const COOKIES_TABLE = Buffer.from("62f8c8c9-c50b-4686-bafe-38b221c64a0c").toString("hex");

/** All cookies of a golden database, in order of their oids. */
export function readGoldenCookies(name: GoldenDatabase): CookieFields[] {
  const dump = [...readGoldenDump(name)];
  const slot = dump
    .find(([key, value]) => key.startsWith("0000") && value.includes(COOKIES_TABLE))?.[0]
    .slice(4);
  return dump
    .filter(([key]) => key.length === 36 && key.slice(0, 4) === slot)
    .map(([, value]) => Cookie.cast(Buffer.from(value, "hex")).toFields());
}
