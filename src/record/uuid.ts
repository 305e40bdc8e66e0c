// UUIDs as text outside and 16 raw bytes inside the record (RFC 9562, big-endian like Python's uuid.UUID.bytes).

import { CookieAuthenticatorError } from "../errors.js";

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Length of a UUID in bytes. */
export const UUID_BYTES = 16;

/** Whether the text is a UUID in its usual form with hyphens. */
export function isUuidText(text: string): boolean {
  return UUID_TEXT.test(text);
}

/**
 * The 16 bytes of a UUID.
 *
 * @throws `ERR_COOKIE_FIELD` if the text is no UUID
 */
export function uuidToBytes(text: string): Buffer {
  if (!isUuidText(text)) {
    throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "not a UUID (expected 8-4-4-4-12 hex digits)", {
      details: { length: text.length },
    });
  }
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

/** UUID text, lower case, of the 16 bytes that begin at `start`. */
export function uuidFromBytes(bytes: Buffer, start = 0): string {
  const hex = bytes.toString("hex", start, start + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
