// What is kept about the device of a login or a use: chosen fields, never the cookie headers.

import type { CborMap } from "../record/cbor-map.js";
import type { Cookie } from "../record/cookie.js";
import type { Device } from "./session.js";

/** Longest text that is kept, in characters. */
const TEXT_MAX = 256;
// Control and format characters, separators, lone surrogates: such text goes to lists, terminals and logs.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The device as it is stored: short, printable texts, and nothing where there is no text. */
export function cleanDevice(device: Device | undefined): {
  readonly peer: string | undefined;
  readonly userAgent: string | undefined;
} {
  return { peer: toText(device?.peer), userAgent: toText(device?.userAgent) };
}

/** The record's `authenticated_transport_info` for a login. Empty if nothing is known. */
export function toTransportInfo(device: Device | undefined, authCodeSha256: string | undefined): CborMap {
  const { peer, userAgent } = cleanDevice(device);
  return {
    ...(peer === undefined ? {} : { peer }),
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
    ...(authCodeSha256 === undefined ? {} : { [AUTH_CODE_KEY]: authCodeSha256 }),
  };
}

/** Key of `authenticated_transport_info` that holds the hash of a bound authCode. */
export const AUTH_CODE_KEY = "auth_code_sha256";

/**
 * Where a session was made. Crossbar's own records hold its transport details there, others may hold anything: what
 * isn't understood is left out. A session isn't hidden from its user because its device can't be told.
 */
export function deviceOf(cookie: Cookie): Device {
  let info: CborMap;
  try {
    info = cookie.authenticatedTransportInfo;
  } catch {
    return { peer: undefined, userAgent: undefined };
  }
  const userAgent = ownOf(info, "user_agent") ?? ownOf(ownOf(info, "http_headers_received"), "user-agent");
  return { peer: toText(ownOf(info, "peer")), userAgent: toText(userAgent) };
}

function ownOf(map: unknown, key: string): unknown {
  if (typeof map !== "object" || map === null || !Object.hasOwn(map, key)) return undefined;
  return (map as CborMap)[key];
}

function toText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  // Cut first: a client may send a megabyte.
  const text = value.slice(0, TEXT_MAX).replace(UNSAFE, "");
  return text === "" ? undefined : text;
}
