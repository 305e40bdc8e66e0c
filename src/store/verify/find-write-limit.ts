// How far the writes of a repair may let the file grow: not past Crossbar's `maxsize`, as far as the file tells it.

import { CookieAuthenticatorError } from "../../errors.js";
import { openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";

/** Crossbar's default `maxsize`, where the file doesn't say. */
const DEFAULT_MAX_SIZE_BYTES = 1_073_741_824;
/**
 * The file keeps the largest map that any writer had. Ours are a ceiling of hundreds of GiB (environment.ts), so that a
 * map from here on says nothing of Crossbar's setting.
 */
const CEILING_FROM_BYTES = 2 ** 36;

/**
 * The limit in bytes for `openCookieStore` and its like.
 *
 * @throws `ERR_STORE_FORMAT` if the database can't be written: it is in LMDB 1.0 format; what `openLmdbReader` throws
 */
export function findWriteLimit(path: string): number {
  const reader = openLmdbReader(path);
  try {
    const { format, mapBytes } = reader.info();
    if (format !== "0.9") throw readOnlyFormat(path, format);
    return mapBytes < CEILING_FROM_BYTES ? mapBytes : DEFAULT_MAX_SIZE_BYTES;
  } finally {
    reader.close();
  }
}

function readOnlyFormat(path: string, format: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_FORMAT",
    `${path} is in LMDB ${format} format, which is read only`,
    {
      hint: "stop Crossbar, convert it with `wamp-cookie-authenticator db convert SOURCE TARGET`, repair the result",
      details: { path, format },
    },
  );
}
