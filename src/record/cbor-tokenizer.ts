// cborg's tokenizer, stricter: nesting is limited, a break has to end something, text is exact.

import { isUtf8 } from "node:buffer";
import { type DecodeOptions, type Token, Tokenizer, Type } from "cborg";

/** Bytes of an item's head beyond the first, by its low five bits from 24 on. */
const HEAD_BYTES = [1, 2, 4, 8];

/** What is wrong, in words that quote nothing of the input. */
export class CborProblem extends Error {}

/** An array, map or tag that is open. */
interface Level {
  readonly isMap: boolean;
  /** Items still to come; Infinity for indefinite length. */
  missing: number;
  items: number;
}

/**
 * Checks each token before the decoder sees it, so that both always agree on where in the input they are:
 *
 * - Depth: the decoder is recursive. Past the limit it is never called.
 * - Breaks: cborg takes a break as a map's value, gives a symbol for it and goes on.
 * - Text: cborg decodes it leniently, with U+FFFD for broken UTF-8 and without a leading U+FEFF. Two different keys
 *   could become one, and what is read and written again would not be what was there.
 *
 * A break is byte 0xff; the rest of the terms are RFC 8949's.
 */
export class CborTokenizer extends Tokenizer {
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  readonly #levels: Level[] = [];

  constructor(bytes: Uint8Array, options: DecodeOptions, maxDepth: number) {
    // Not a Buffer: its slice() shares memory, and the bytes of a record in LMDB are overwritten.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    super(plain, options);
    this.#bytes = plain;
    this.#maxDepth = maxDepth;
  }

  /** @throws CborProblem, or an error of cborg */
  override next(): Token {
    const head = this.pos();
    const token = super.next();
    if (token.type === Type.break) this.#end();
    else this.#take(token);
    if (token.type === Type.string) this.#makeExact(token, head);
    return token;
  }

  #take(token: Token): void {
    const levels = this.#levels;
    const parent = levels[levels.length - 1];
    if (parent !== undefined) {
      parent.missing -= 1;
      parent.items += 1;
    }
    const { type } = token;
    if (type === Type.array || type === Type.map || type === Type.tag) {
      if (levels.length === this.#maxDepth) {
        throw new CborProblem(`it is nested deeper than ${this.#maxDepth}`);
      }
      const isMap = type === Type.map;
      const items = type === Type.tag ? 1 : isMap ? 2 * token.value : token.value;
      levels.push({ isMap, missing: items, items: 0 });
    }
    this.#closeFull();
  }

  #end(): void {
    const level = this.#levels.pop();
    if (level?.missing !== Number.POSITIVE_INFINITY || (level.isMap && level.items % 2 !== 0)) {
      throw new CborProblem("it has a break where nothing ends");
    }
    this.#closeFull();
  }

  #closeFull(): void {
    const levels = this.#levels;
    while (levels.length > 0 && levels[levels.length - 1]?.missing === 0) levels.pop();
  }

  #makeExact(token: Token, head: number): void {
    const bytes = this.#bytes;
    const end = this.pos();
    const text = token.value as string;
    const start = head + 1 + (HEAD_BYTES[((bytes[head] as number) & 0x1f) - 24] ?? 0);
    if (text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end))) {
      throw new CborProblem("it has text that is no UTF-8");
    }
    // The token of an empty text is cborg's own and shared by all: it must not get a byte order mark of what follows.
    const hasMark =
      start + 3 <= end && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
    if (hasMark) token.value = `\ufeff${text}`;
  }
}
