// Builds the bytes of a cookie record, the same bytes as cfxdb's Cookie.build.

import { Builder } from "flatbuffers";
import { CookieAuthenticatorError } from "../errors.js";
import { type CborMap, encodeCborMap } from "./cbor-map.js";
import type { CookieFields } from "./cookie.js";
import { Cookie as CookieTable } from "./generated/cookie.js";
import { uuidToBytes } from "./uuid.js";

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/**
 * The record as bytes. As in cfxdb, empty, zero and absent fields aren't written, byte vectors are made like strings
 * (with a NUL after them), and everything comes in cfxdb's order: the result is the same to the byte.
 *
 * @returns bytes of their own, safe to keep
 * @throws `ERR_COOKIE_FIELD` if a field is out of its range
 */
export function buildCookie(fields: CookieFields): Uint8Array {
  const builder = new Builder(256);
  const text = (value: string | undefined, field: string): number => {
    if (value === undefined || value === "") return 0;
    if (!value.isWellFormed()) throw fieldError(field, "it has a lone surrogate, which UTF-8 can't hold");
    return builder.createString(value);
  };
  const bytes = (value: Uint8Array | undefined): number =>
    value === undefined ? 0 : builder.createString(value);
  const map = (value: CborMap | undefined, field: string): number =>
    value === undefined || Object.keys(value).length === 0 ? 0 : bytes(encodeCborMap(value, field));

  const oid = bytes(uuidToBytes(fields.oid));
  const name = text(fields.name, "name");
  const value = text(fields.value, "value");
  const onNode = bytes(
    fields.authenticatedOnNode === undefined ? undefined : uuidToBytes(fields.authenticatedOnNode),
  );
  const onWorker = text(fields.authenticatedOnWorker, "authenticated_on_worker");
  const transportInfo = map(fields.authenticatedTransportInfo, "authenticated_transport_info");
  const originalAuthmethod = text(fields.authenticatedAuthmethod, "authenticated_authmethod");
  const authid = text(fields.authid, "authid");
  const authrole = text(fields.authrole, "authrole");
  const authmethod = text(fields.authmethod, "authmethod");
  const authrealm = text(fields.authrealm, "authrealm");
  const authextra = map(fields.authextra, "authextra");

  CookieTable.startCookie(builder);
  CookieTable.addOid(builder, oid);
  CookieTable.addCreated(builder, uint64(fields.createdNs, "created"));
  CookieTable.addMaxAge(builder, uint64(fields.maxAgeSeconds, "max_age"));
  CookieTable.addName(builder, name);
  CookieTable.addValue(builder, value);
  CookieTable.addAuthenticated(builder, uint64(fields.authenticatedNs, "authenticated"));
  CookieTable.addAuthenticatedOnNode(builder, onNode);
  CookieTable.addAuthenticatedOnWorker(builder, onWorker);
  CookieTable.addAuthenticatedTransportInfo(builder, transportInfo);
  CookieTable.addAuthenticatedSession(builder, uint64(fields.authenticatedSession, "authenticated_session"));
  CookieTable.addAuthenticatedJoinedAt(
    builder,
    uint64(fields.authenticatedJoinedAtNs, "authenticated_joined_at"),
  );
  CookieTable.addAuthenticatedAuthmethod(builder, originalAuthmethod);
  CookieTable.addAuthid(builder, authid);
  CookieTable.addAuthrole(builder, authrole);
  CookieTable.addAuthmethod(builder, authmethod);
  CookieTable.addAuthrealm(builder, authrealm);
  CookieTable.addAuthextra(builder, authextra);
  builder.finish(CookieTable.endCookie(builder));
  return builder.asUint8Array().slice();
}

function uint64(value: bigint | number | undefined, field: string): bigint {
  if (value === undefined) return 0n;
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw fieldError(field, "it is no whole number");
  const whole = BigInt(value);
  if (whole < 0n || whole > UINT64_MAX) throw fieldError(field, "it is no unsigned 64-bit number");
  return whole;
}

function fieldError(field: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_COOKIE_FIELD", `${field} can't be stored: ${why}`, {
    details: { field, why },
  });
}
