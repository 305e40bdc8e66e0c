// WAMP messages as CBOR: the fast way for what they are as a rule, then cborg, then a tolerant one for strange clients.

import { decode, encode } from "cborg";
import { decodePlainCbor } from "../plain-cbor/decode-plain-cbor.js";
import { pruneDeepCbor } from "./cbor-prune.js";
import { decodeTolerantly } from "./cbor-tolerant.js";
import type { WampSerializer } from "./wamp-serializer.js";

// Undefined members are left out, as JSON does. No `mapSorter` of our own: with its own cborg encodes directly,
// with any other it takes a detour through token objects.
const ENCODE_OPTIONS = { ignoreUndefinedProperties: true };

const DECODE_OPTIONS = { allowUndefined: true, allowNaN: true, allowInfinity: true, allowBigInt: true };

/** What lies deeper is left to cborg. */
const PLAIN_MAX_DEPTH = 32;

export const cborSerializer: WampSerializer = {
  SERIALIZER_ID: "cbor",
  BINARY: true,

  serialize: (message) => encode(message, ENCODE_OPTIONS),

  unserialize(payload) {
    const plain = decodePlainCbor(payload, PLAIN_MAX_DEPTH);
    if (plain !== undefined) return plain;
    try {
      return decode(payload, DECODE_OPTIONS);
    } catch {
      return decodeTolerantly(pruneDeepCbor(payload));
    }
  },
};
