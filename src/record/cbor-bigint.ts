// Integers past 64 bits in CBOR (RFC 8949, 3.4.3: tags 2 and 3), which Python writes for any large int.
// cborg's own decoder takes time quadratic in their length, takes lists for bytes, and its encoder isn't on by default.

import { type TagDecoder, Token, Type, type TypeEncoder } from "cborg";

const POSITIVE = 2;
const NEGATIVE = 3;
const UINT64_MAX = 2n ** 64n - 1n;

export const decodePositiveBigInt: TagDecoder = (decode) => bigIntFromBytes(decode());

export const decodeNegativeBigInt: TagDecoder = (decode) => -1n - bigIntFromBytes(decode());

/** A CBOR integer if it fits into one, else its tag and the shortest bytes, as cbor2 does it. */
export const encodeBigInt: TypeEncoder = (value: bigint) => {
  const magnitude = value < 0n ? -1n - value : value;
  if (magnitude <= UINT64_MAX) return null;
  const hex = magnitude.toString(16);
  return [
    new Token(Type.tag, value < 0n ? NEGATIVE : POSITIVE),
    new Token(Type.bytes, new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"))),
  ];
};

function bigIntFromBytes(bytes: unknown): bigint {
  if (!(bytes instanceof Uint8Array)) throw new Error("a big integer that isn't made of bytes");
  return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}
