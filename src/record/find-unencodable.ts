// Finds what JSON, MessagePack and CBOR clients can't all be sent.

/**
 * The path of the first value that isn't text, a finite number, a boolean, null, an array or a map of these (bytes,
 * big integers, dates, undefined), or `undefined` if all is well. The depth was capped when the CBOR was decoded.
 *
 * @example
 * findUnencodable({ a: [1, 2n] }, "authextra") // "authextra.a[1]"
 */
export function findUnencodable(value: unknown, path: string): string | undefined {
  // Paths are only made when there is something to tell: this runs for each client that joins.
  if (isEncodable(value)) return undefined;
  const items = Array.isArray(value) ? [...value.entries()] : isMap(value) ? Object.entries(value) : [];
  const found = items.find(([, item]) => !isEncodable(item));
  if (found === undefined) return path;
  const [key, item] = found;
  return findUnencodable(item, typeof key === "number" ? `${path}[${key}]` : `${path}.${key}`);
}

/**
 * Whether each of them can be sent it: a client would hang on what its own can't encode.
 *
 * @param maxDepth deepest nesting, for what hasn't been decoded by us and may even hold itself
 */
export function isEncodable(value: unknown, maxDepth = Number.POSITIVE_INFINITY): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (maxDepth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isEncodable(item, maxDepth - 1));
  if (!isMap(value)) return false;
  for (const key in value) {
    if (!isEncodable(value[key], maxDepth - 1)) return false;
  }
  return true;
}

/** A map as decoders make it: dates, bytes and the like have a prototype of their own. */
function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
