// One record as a line of a cookie file.

import { type CborMap, encodeCborMap } from "../../record/cbor-map.js";
import type { Cookie } from "../../record/cookie.js";
import { toJsonValue } from "../../record/json-value.js";
import type { CookieUse } from "../cookie-reader.js";
import { CBOR_SUFFIX, toLine, type ValueKind } from "./cookie-file.js";
import { formatTime } from "./file-time.js";

/**
 * The line, with its line feed. Crossbar's keys come first, as `CookieStoreFileBacked._persist` writes them.
 *
 * @throws `ERR_RECORD_INVALID`, `ERR_RECORD_CBOR` if a field can't be read
 */
export function formatCookieLine(cookie: Cookie, use: CookieUse | undefined, values: ValueKind): string {
  const { oid, authid, authrole, authmethod, authrealm, authenticatedNs } = cookie;
  const isClear = values === "clear";
  return toLine({
    cbtid: isClear ? (cookie.value ?? null) : null,
    // A hash must never be taken for a value: whoever read it in the file could present it (S-07).
    status: isClear
      ? authid === undefined
        ? "created"
        : "modified"
      : values === "none"
        ? "redacted"
        : "hashed",
    created: formatTime(cookie.createdNs),
    modified: isClear && authenticatedNs !== undefined ? formatTime(authenticatedNs) : null,
    deleted: isClear ? null : true,
    // Crossbar counts with it, and can't with null; absent is 0 in a record too.
    max_age: cookie.maxAgeSeconds ?? 0,
    authid: authid ?? null,
    authrole: authrole ?? null,
    authmethod: authmethod ?? null,
    authrealm: authrealm ?? null,
    ...mapKeys("authextra", cookie.authextra),
    // From here on Crossbar's reader keeps what it doesn't know, and its writer drops it.
    oid,
    name: cookie.name ?? null,
    ...(values === "sha256" ? { value_sha256: cookie.value ?? null } : {}),
    created_ns: cookie.createdNs.toString(),
    authenticated: authenticatedNs?.toString() ?? null,
    authenticated_on_node: cookie.authenticatedOnNode ?? null,
    authenticated_on_worker: cookie.authenticatedOnWorker ?? null,
    ...mapKeys("authenticated_transport_info", cookie.authenticatedTransportInfo),
    authenticated_session: cookie.authenticatedSession ?? null,
    authenticated_joined_at: cookie.authenticatedJoinedAtNs?.toString() ?? null,
    authenticated_authmethod: cookie.authenticatedAuthmethod ?? null,
    last_used: use?.lastUsedNs.toString() ?? null,
    last_peer: use?.peer ?? null,
    last_user_agent: use?.userAgent ?? null,
  });
}

/** A map as JSON, and as CBOR too where JSON loses something. */
function mapKeys(field: string, map: CborMap): { readonly [key: string]: unknown } {
  if (Object.keys(map).length === 0) return { [field]: null };
  const json = toJsonValue(map);
  const cbor = Buffer.from(encodeCborMap(map, field));
  const isExact = cbor.equals(encodeCborMap(JSON.parse(JSON.stringify(json)) as CborMap, field));
  return { [field]: json, ...(isExact ? {} : { [`${field}${CBOR_SUFFIX}`]: cbor.toString("base64") }) };
}
