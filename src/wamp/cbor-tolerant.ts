// CBOR from clients that the router passes on: tags, keys that are no text, simple values. Slower, never stricter.

import { decode, type TagDecodeControl, Token, Tokenizer, Type } from "cborg";

/**
 * Decodes CBOR that `decode` refuses though it is well-formed. A client may put such things into its `authextra`,
 * and a message that can't be decoded ends our link to the router: one client could keep all others out.
 *
 * Tagged values become their content, keys become text, unassigned simple values become `undefined`.
 * @throws Error for bytes that are no CBOR.
 */
export function decodeTolerantly(payload: Uint8Array): unknown {
  const options = { useMaps: true, allowBigInt: true, tags: ANY_TAG };
  return toPlain(decode(payload, { ...options, tokenizer: new TolerantTokenizer(payload, options) }));
}

// cborg looks a tag's decoder up by its number: this table has one for every number.
const ANY_TAG = new Proxy<Record<number, (content: TagDecodeControl) => unknown>>(
  {},
  { get: () => (content: TagDecodeControl) => content() },
);

const SIMPLE_FIRST = 0xe0;
const SIMPLE_LAST = 0xf3;
const SIMPLE_IN_NEXT_BYTE = 0xf8;

class TolerantTokenizer extends Tokenizer {
  override next(): Token {
    const byte = this.data[this._pos];
    if (byte === undefined || !isUnassignedSimple(byte)) return super.next();
    const length = byte === SIMPLE_IN_NEXT_BYTE ? 2 : 1;
    this._pos += length;
    return new Token(Type.undefined, undefined, length);
  }
}

function isUnassignedSimple(byte: number): boolean {
  return (byte >= SIMPLE_FIRST && byte <= SIMPLE_LAST) || byte === SIMPLE_IN_NEXT_BYTE;
}

/** The same value with plain objects for the maps; `__proto__` becomes an own property, like any other key. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, member] of value) {
    Object.defineProperty(plain, toKeyText(key), {
      value: toPlain(member),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return plain;
}

/** A key that is a map or an array itself means nothing to anyone: its type is enough. */
function toKeyText(key: unknown): string {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}
