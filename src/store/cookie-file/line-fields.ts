// The fields of a record, and its last use, as a line has them.

import type { CookieFields } from "../../record/cookie.js";
import type { CookieUse } from "../cookie-reader.js";
import { type LineObject, readMap, readNs, readNumber, readText, readUuid } from "./line-keys.js";

/** What a record is to have: a key with `undefined` is to be empty, a key that is missing is left as it is. */
export type LineFields = {
  readonly [K in Exclude<keyof CookieFields, "oid" | "value" | "createdNs">]?: CookieFields[K];
};

/** @throws `LineProblem` */
export function readFields(line: LineObject): LineFields {
  const fields = {
    maxAgeSeconds: readNumber(line, "max_age") ?? null,
    authid: readText(line, "authid") ?? null,
    authrole: readText(line, "authrole") ?? null,
    authmethod: readText(line, "authmethod") ?? null,
    authrealm: readText(line, "authrealm") ?? null,
    authextra: readMap(line, "authextra") ?? null,
    // Crossbar's lines don't have these: they must not empty what the database knows.
    name: readText(line, "name"),
    authenticatedNs: readNs(line, "authenticated"),
    authenticatedOnNode: readUuid(line, "authenticated_on_node"),
    authenticatedOnWorker: readText(line, "authenticated_on_worker"),
    authenticatedTransportInfo: readMap(line, "authenticated_transport_info"),
    authenticatedSession: readNumber(line, "authenticated_session"),
    authenticatedJoinedAtNs: readNs(line, "authenticated_joined_at"),
    authenticatedAuthmethod: readText(line, "authenticated_authmethod"),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value ?? undefined]],
    ),
  );
}

/** @throws `LineProblem` */
export function readUse(line: LineObject): CookieUse | undefined {
  const lastUsedNs = readNs(line, "last_used") ?? undefined;
  const peer = readText(line, "last_peer") ?? undefined;
  const userAgent = readText(line, "last_user_agent") ?? undefined;
  return lastUsedNs === undefined ? undefined : { lastUsedNs, peer, userAgent };
}
