// A set of page numbers whose memory follows the pages put in, not the largest number.

const CHUNK_PAGES = 2 ** 15;

export class PageSet {
  readonly #chunks = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Puts a page in. @returns false if it was there already */
  add(page: number): boolean {
    const index = Math.floor(page / CHUNK_PAGES);
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_PAGES / 8);
      this.#chunks.set(index, chunk);
    }
    const bit = page % CHUNK_PAGES;
    const [byte, mask] = [bit >> 3, 1 << (bit & 7)];
    const isNew = ((chunk[byte] as number) & mask) === 0;
    chunk[byte] = (chunk[byte] as number) | mask;
    if (isNew) this.#size += 1;
    return isNew;
  }
}
