// What a login asks for, checked: nothing that can't be stored, or not be handed to a client, goes further.

import { CookieAuthenticatorError } from "../errors.js";
import { CBOR_MAX_DEPTH, type CborMap, encodeCborMap } from "../record/cbor-map.js";
import { isEncodable } from "../record/find-unencodable.js";
import { hashAuthCode } from "./auth-code.js";
import { parseScope, SCOPE_KEY, toScopeText } from "./scope.js";
import type { LoginRequest } from "./session.js";
import { argumentError } from "./session-errors.js";
import { parseMaxAge } from "./session-lifetime.js";

/** A login request as the transaction needs it. */
export interface ParsedLogin {
  readonly authid: string;
  readonly authrole: string;
  readonly authrealm: string;
  readonly authmethod: string | undefined;
  /** Seconds; `null`: never; `undefined`: the configured one. */
  readonly maxAgeSeconds: number | null | undefined;
  /** Seconds since 1970 UTC. */
  readonly authTime: number | undefined;
  readonly authCodeSha256: string | undefined;
  /** With the scope in it. */
  readonly authextra: CborMap;
  readonly presentedValue: string | undefined;
}

/** Longest name of a user, role, realm or method, in characters. */
const NAME_MAX_LENGTH = 1000;
/**
 * Keys of authextra that mean something to us: the scope is an argument of its own, and `cookie_oid` is what our answer
 * to the router adds, by which live connections are found.
 */
const RESERVED_KEYS = [SCOPE_KEY, "cookie_oid"];

/** @throws `ERR_SESSION_ARGUMENT` with the field */
export function parseLogin(request: LoginRequest): ParsedLogin {
  const { presentedValue, maxAgeSeconds } = request;
  if (presentedValue !== undefined && typeof presentedValue !== "string")
    throw argumentError("presentedValue", "expected a text");
  return {
    authid: parseName(request.authid, "authid"),
    authrole: parseName(request.authrole, "authrole"),
    authrealm: parseName(request.authrealm, "authrealm"),
    authmethod: request.authmethod === undefined ? undefined : parseName(request.authmethod, "authmethod"),
    maxAgeSeconds: maxAgeSeconds === undefined ? undefined : parseMaxAge(maxAgeSeconds),
    authTime: parseAuthTime(request.authTime),
    authCodeSha256: request.authCode === undefined ? undefined : hashAuthCode(request.authCode),
    authextra: parseAuthextra(request.authextra, request.scope),
    presentedValue,
  };
}

/** A text that isn't empty. @throws `ERR_SESSION_ARGUMENT` */
export function parseName(name: unknown, field: string): string {
  if (typeof name !== "string" || name === "" || name.length > NAME_MAX_LENGTH)
    throw argumentError(field, `expected a text of 1 to ${NAME_MAX_LENGTH} characters`);
  if (!name.isWellFormed()) throw argumentError(field, "it has a lone surrogate");
  return name;
}

function parseAuthTime(authTime: unknown): number | undefined {
  if (authTime === undefined) return undefined;
  // 2^33 s is the year 2242: the field has 64 bits of ns. 0 would read back as no time at all.
  if (typeof authTime !== "number" || !(authTime > 0 && authTime < 2 ** 33))
    throw argumentError("authTime", "expected seconds since 1970");
  return authTime;
}

function parseAuthextra(authextra: unknown, scope: unknown): CborMap {
  const words = scope === undefined ? [] : parseScope(scope);
  const extra = authextra ?? {};
  if (Array.isArray(extra) || typeof extra !== "object" || !isEncodable(extra, CBOR_MAX_DEPTH))
    throw argumentError("authextra", "expected a map of texts, numbers, booleans, null, lists and maps");
  for (const key of RESERVED_KEYS) {
    if (Object.hasOwn(extra, key)) throw argumentError("authextra", `the key ${key} is reserved`);
  }
  const whole = { ...extra, ...(words.length === 0 ? {} : { [SCOPE_KEY]: toScopeText(words) }) };
  try {
    encodeCborMap(whole, "authextra");
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    throw argumentError("authextra", "too large, too deep, or with text that is no Unicode");
  }
  return whole;
}
