// "Did you mean": the known key that an unknown one was probably meant to be.

/** The key of `known` that is nearest to `key`, or `undefined` if none is near enough to be a slip. */
export function closestKey(key: string, known: readonly string[]): string | undefined {
  if (key.length > 64) return undefined;
  const wanted = plain(key);
  let best: { readonly key: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { key: candidate, distance };
  }
  if (best === undefined || best.distance > Math.max(1, Math.floor(wanted.length / 3))) return undefined;
  return best.key;
}

/** `max_size` and `MaxSize` are both a slip for `maxSize`. */
function plain(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, "");
}

/** Levenshtein's distance: how many characters to add, drop or change. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
