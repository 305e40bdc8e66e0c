// The bytes of a last use: a time, then nothing or a CBOR map of the device.

import { CookieAuthenticatorError } from "../../errors.js";
import { decodeCborMap } from "../../record/cbor-map.js";

const TIME_BYTES = 8;

/** What is wrong with a last use. */
export interface MalformedUse {
  readonly what: string;
  /** What can be read of it, and is all that readers take of it: nothing, or the time without the device. */
  readonly readable: Buffer | undefined;
}

/** `undefined`: nothing is wrong. */
export function judgeUseBytes(bytes: Buffer): MalformedUse | undefined {
  if (bytes.length < TIME_BYTES) return { what: `${bytes.length} bytes, and no time`, readable: undefined };
  if (!isDevice(bytes.subarray(TIME_BYTES)))
    return { what: "its device is no CBOR map", readable: bytes.subarray(0, TIME_BYTES) };
  return undefined;
}

function isDevice(bytes: Buffer): boolean {
  if (bytes.length === 0) return true;
  try {
    decodeCborMap(bytes, "last use");
    return true;
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return false;
    throw error;
  }
}
