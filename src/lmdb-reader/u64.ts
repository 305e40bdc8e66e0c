// 64-bit numbers of the file as JavaScript numbers.

const TWO_32 = 2 ** 32;

/**
 * The unsigned 64-bit number at `offset`. Above 2^53 it is rounded, but stays above 2^53: a comparison with any limit
 * up to there is right, and every number of a file is compared with one before it is used. A bigint each would cost
 * more than the rest of a page's checks.
 */
export function readU64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * TWO_32 + view.getUint32(offset, true);
}
