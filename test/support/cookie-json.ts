// A cookie's fields as JSON and back, without loss: what the golden files hold and what cfxdb.py speaks.
// The tags ($bytes, $int, $float, $map, $undefined) are described in cookie_json.py, the same in Python.

import type { CborMap } from "../../src/record/cbor-map.js";
import type { CookieFields } from "../../src/record/cookie.js";

/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Fields under cfxdb's names; absent ones left out; timestamps as decimal text in ns, oids as UUID text. */
export interface CookieJson {
  oid?: string;
  created?: string;
  max_age?: number;
  name?: string;
  value?: string;
  authenticated?: string;
  authenticated_on_node?: string;
  authenticated_on_worker?: string;
  authenticated_transport_info?: Json;
  authenticated_session?: number;
  authenticated_joined_at?: string;
  authenticated_authmethod?: string;
  authid?: string;
  authrole?: string;
  authmethod?: string;
  authrealm?: string;
  authextra?: Json;
}

/** The fields as `Cookie.toFields()` gives them: every key is there, absent maps are `{}`. */
export function fieldsFromJson(json: CookieJson): CookieFields {
  const ns = (text: string | undefined): bigint | undefined =>
    text === undefined ? undefined : BigInt(text);
  return {
    oid: json.oid ?? "",
    createdNs: ns(json.created) ?? 0n,
    maxAgeSeconds: json.max_age,
    name: json.name,
    value: json.value,
    authenticatedNs: ns(json.authenticated),
    authenticatedOnNode: json.authenticated_on_node,
    authenticatedOnWorker: json.authenticated_on_worker,
    authenticatedTransportInfo: cborFromJson(json.authenticated_transport_info ?? {}) as CborMap,
    authenticatedSession: json.authenticated_session,
    authenticatedJoinedAtNs: ns(json.authenticated_joined_at),
    authenticatedAuthmethod: json.authenticated_authmethod,
    authid: json.authid,
    authrole: json.authrole,
    authmethod: json.authmethod,
    authrealm: json.authrealm,
    authextra: cborFromJson(json.authextra ?? {}) as CborMap,
  };
}

/** The opposite of `fieldsFromJson`. */
export function fieldsToJson(fields: CookieFields): CookieJson {
  const json = {
    oid: fields.oid,
    created: fields.createdNs.toString(),
    max_age: fields.maxAgeSeconds,
    name: fields.name,
    value: fields.value,
    authenticated: fields.authenticatedNs?.toString(),
    authenticated_on_node: fields.authenticatedOnNode,
    authenticated_on_worker: fields.authenticatedOnWorker,
    authenticated_transport_info: optionalMapToJson(fields.authenticatedTransportInfo),
    authenticated_session: fields.authenticatedSession,
    authenticated_joined_at: fields.authenticatedJoinedAtNs?.toString(),
    authenticated_authmethod: fields.authenticatedAuthmethod,
    authid: fields.authid,
    authrole: fields.authrole,
    authmethod: fields.authmethod,
    authrealm: fields.authrealm,
    authextra: optionalMapToJson(fields.authextra),
  };
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined)) as CookieJson;
}

function optionalMapToJson(map: CborMap | undefined): Json | undefined {
  return map === undefined ? undefined : cborToJson(map);
}

/** A decoded CBOR value out of its JSON form. */
export function cborFromJson(json: Json): unknown {
  if (Array.isArray(json)) return json.map(cborFromJson);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json);
  const [tag, inner] = entries.length === 1 ? (entries[0] as [string, Json]) : ["", null];
  if (tag === "$undefined") return undefined;
  if (tag === "$int") return BigInt(inner as string);
  if (tag === "$float") return floatFromText(inner as string);
  if (tag === "$bytes") return new Uint8Array(Buffer.from(inner as string, "hex"));
  const pairs = tag === "$map" ? (inner as [string, Json][]) : entries;
  return Object.fromEntries(pairs.map(([key, value]) => [key, cborFromJson(value)]));
}

/** A CBOR value in its JSON form. */
export function cborToJson(value: unknown): Json {
  if (value === undefined) return { $undefined: true };
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const plain = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
    return plain ? value : { $float: floatToText(value) };
  }
  if (typeof value === "bigint") return { $int: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(cborToJson);
  const entries = Object.entries(value as object).map(([key, item]): [string, Json] => [
    key,
    cborToJson(item),
  ]);
  return entries.some(([key]) => key.startsWith("$")) ? { $map: entries } : Object.fromEntries(entries);
}

function floatFromText(text: string): number {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  return text === "-inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

function floatToText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
