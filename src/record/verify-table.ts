// Checks the offsets of a FlatBuffers table before anything follows them.

import { CookieAuthenticatorError } from "../errors.js";

/** What a field of the table is: a scalar of 8 bytes in place, or an offset to a counted run of bytes. */
export type FieldKind = "uint64" | "bytes";

/** Where the root table and its vtable lie, in bytes from the start. */
export interface TablePosition {
  readonly table: number;
  readonly vtable: number;
  readonly vtableSize: number;
}

/**
 * Checks the root table of a FlatBuffers buffer and every field of it against the buffer's bounds: the npm runtime
 * has no verifier, and its accessors follow any offset. Strings are checked for bounds here and for UTF-8 when
 * they are read. Fields after the known ones are allowed (a later schema) and never followed.
 *
 * Format: https://flatbuffers.dev/internals/ (root offset u32, table soffset i32 to its vtable, vtable u16 sizes).
 *
 * @throws `ERR_RECORD_INVALID`, with `field` (index or `"root"`, `"vtable"`) and what is wrong
 */
export function verifyTable(bytes: Buffer, kinds: readonly FieldKind[]): TablePosition {
  const end = bytes.length;
  if (end < 8) throw invalid("root", `${end} bytes are too few for a record`);
  const table = readUint32(bytes, 0);
  if (table < 4 || table + 4 > end) throw invalid("root", "the root offset points outside the record");
  const vtable = table - readInt32(bytes, table);
  if (vtable < 0 || vtable + 4 > end) throw invalid("vtable", "the vtable lies outside the record");
  const vtableSize = readUint16(bytes, vtable);
  const tableSize = readUint16(bytes, vtable + 2);
  if (vtableSize < 4 || vtableSize % 2 !== 0 || vtable + vtableSize > end) {
    throw invalid("vtable", "the vtable is longer than the record or has an odd size");
  }
  if (tableSize < 4 || table + tableSize > end) {
    throw invalid("vtable", "the table is longer than the record");
  }
  const count = Math.min(kinds.length, (vtableSize - 4) >> 1);
  for (let index = 0; index < count; index += 1) {
    const offset = readUint16(bytes, vtable + 4 + 2 * index);
    if (offset === 0) continue;
    const size = kinds[index] === "uint64" ? 8 : 4;
    if (offset < 4 || offset + size > tableSize) throw invalid(index, "the field lies outside its table");
    if (size === 8) continue;
    const at = table + offset;
    const target = at + readUint32(bytes, at);
    if (target + 4 > end) throw invalid(index, "the offset points outside the record");
    if (target + 4 + readUint32(bytes, target) > end)
      throw invalid(index, "the length passes the record's end");
  }
  return { table, vtable, vtableSize };
}

/** Position of field `index`, or 0 if the record doesn't have it. The table must have been verified. */
export function findField(bytes: Buffer, position: TablePosition, index: number): number {
  const entry = 4 + 2 * index;
  if (entry >= position.vtableSize) return 0;
  const offset = readUint16(bytes, position.vtable + entry);
  return offset === 0 ? 0 : position.table + offset;
}

export function readUint16(bytes: Buffer, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function readInt32(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

export function readUint32(bytes: Buffer, at: number): number {
  return readInt32(bytes, at) >>> 0;
}

function invalid(field: number | "root" | "vtable", why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_RECORD_INVALID", `not a valid cookie record: ${why} (${field})`, {
    details: { field, why },
  });
}
