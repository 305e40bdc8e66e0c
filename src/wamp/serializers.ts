// The WAMP serializers by name.

import { cborSerializer } from "./cbor-serializer.js";
import { jsonSerializer } from "./json-serializer.js";
import type { WampSerializer } from "./wamp-serializer.js";

/** MessagePack isn't among them: CBOR does all that it does. */
const SERIALIZERS = { cbor: cborSerializer, json: jsonSerializer } as const;

/** The serializers with these names, in that order: the order of our preference in the handshake. */
export function toSerializers(names: readonly (keyof typeof SERIALIZERS)[]): readonly WampSerializer[] {
  return names.map((name) => SERIALIZERS[name]);
}
