// WAMP messages as CBOR: cborg's fast way first, and a tolerant one for what only a strange client makes.

import { decode, encode } from "cborg";
import { pruneDeepCbor } from "./cbor-prune.js";
import { decodeTolerantly } from "./cbor-tolerant.js";
import type { WampSerializer } from "./wamp-serializer.js";

// Undefined members are left out, as JSON does. No `mapSorter` of our own: with its own cborg encodes directly,
// with any other it takes a detour through token objects.
const ENCODE_OPTIONS = { ignoreUndefinedProperties: true };

const DECODE_OPTIONS = { allowUndefined: true, allowNaN: true, allowInfinity: true, allowBigInt: true };

export const cborSerializer: WampSerializer = {
  SERIALIZER_ID: "cbor",
  BINARY: true,

  serialize: (message) => encode(message, ENCODE_OPTIONS),

  unserialize(payload) {
    try {
      return decode(payload, DECODE_OPTIONS);
    } catch {
      return decodeTolerantly(pruneDeepCbor(payload));
    }
  },
};
