// Finds what JSON, MessagePack and CBOR clients can't all be sent.

/**
 * The path of the first value that isn't text, a finite number, a boolean, null, an array or a map of these (bytes,
 * big integers, dates, undefined), or `undefined` if all is well. The depth was capped when the CBOR was decoded.
 *
 * @example
 * findUnencodable({ a: [1, 2n] }, "authextra") // "authextra.a[1]"
 */
export function findUnencodable(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || value instanceof Uint8Array) return path;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, item] of entries) {
    const found = findUnencodable(item, typeof key === "number" ? `${path}[${key}]` : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
