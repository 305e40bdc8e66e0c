// The cookie record of cfxdb.cookiestore: a checked, lazily decoded view of its bytes.

import { isUtf8 } from "node:buffer";
import { inspect } from "node:util";
import { CookieAuthenticatorError } from "../errors.js";
import { type CborMap, decodeCborMap } from "./cbor-map.js";
import { type JsonValue, toJsonValue } from "./json-value.js";
import { UUID_BYTES, uuidFromBytes } from "./uuid.js";
import { type FieldKind, findField, readUint32, type TablePosition, verifyTable } from "./verify-table.js";

/** The record's fields in the order of schema/cookie.fbs, which is the order of the vtable. */
const FIELDS = [
  ["oid", "bytes"],
  ["created", "uint64"],
  ["max_age", "uint64"],
  ["name", "bytes"],
  ["value", "bytes"],
  ["authenticated", "uint64"],
  ["authenticated_on_node", "bytes"],
  ["authenticated_on_worker", "bytes"],
  ["authenticated_transport_info", "bytes"],
  ["authenticated_session", "uint64"],
  ["authenticated_joined_at", "uint64"],
  ["authenticated_authmethod", "bytes"],
  ["authid", "bytes"],
  ["authrole", "bytes"],
  ["authmethod", "bytes"],
  ["authrealm", "bytes"],
  ["authextra", "bytes"],
] as const satisfies readonly (readonly [string, FieldKind])[];

const KINDS: readonly FieldKind[] = FIELDS.map(([, kind]) => kind);

/** Field numbers of schema/cookie.fbs. */
const OID = 0;
const CREATED = 1;
const MAX_AGE = 2;
const NAME = 3;
const VALUE = 4;
const AUTHENTICATED = 5;
const AUTHENTICATED_ON_NODE = 6;
const AUTHENTICATED_ON_WORKER = 7;
const AUTHENTICATED_TRANSPORT_INFO = 8;
const AUTHENTICATED_SESSION = 9;
const AUTHENTICATED_JOINED_AT = 10;
const AUTHENTICATED_AUTHMETHOD = 11;
const AUTHID = 12;
const AUTHROLE = 13;
const AUTHMETHOD = 14;
const AUTHREALM = 15;
const AUTHEXTRA = 16;

/**
 * What a record says, decoded. An absent field is `undefined`; cfxdb doesn't write empty or zero ones, so empty
 * text, 0 and an empty map read back as `undefined` or, for the maps, as `{}`.
 */
export interface CookieFields {
  /** Record id, UUID text. */
  readonly oid: string;
  /** Creation, ns since 1970 UTC. */
  readonly createdNs: bigint;
  /** Lifetime in seconds from `createdNs`; none: no expiry of its own. */
  readonly maxAgeSeconds?: number | undefined;
  /** Cookie name, e.g. `cbtid`. */
  readonly name?: string | undefined;
  /** Cookie value: the secret. */
  readonly value?: string | undefined;
  /** When it was authenticated, ns since 1970 UTC. Crossbar's own `setAuth` leaves it out. */
  readonly authenticatedNs?: bigint | undefined;
  /** Crossbar node, UUID text. */
  readonly authenticatedOnNode?: string | undefined;
  readonly authenticatedOnWorker?: string | undefined;
  readonly authenticatedTransportInfo?: CborMap | undefined;
  /** WAMP session id of the original session. */
  readonly authenticatedSession?: number | undefined;
  /** When that session was welcomed, ns since 1970 UTC. */
  readonly authenticatedJoinedAtNs?: bigint | undefined;
  readonly authenticatedAuthmethod?: string | undefined;
  readonly authid?: string | undefined;
  readonly authrole?: string | undefined;
  readonly authmethod?: string | undefined;
  readonly authrealm?: string | undefined;
  readonly authextra?: CborMap | undefined;
}

/**
 * One cookie record. `cast` checks every offset, the getters decode when they are asked.
 *
 * Printing, `JSON.stringify` and string conversion never show the value (security requirement R-47); only
 * `cookie.value` and `marshal({ withValue: true })` do.
 *
 * @example
 * const cookie = Cookie.cast(bytes);
 * console.log(cookie.oid, cookie.authid, cookie.createdNs);
 */
export class Cookie {
  readonly #bytes: Buffer;
  readonly #position: TablePosition;
  /** Decoded once: they are asked for by several checks of one look-up. `null`: not yet. */
  #authrole: string | undefined | null = null;
  #authrealm: string | undefined | null = null;

  private constructor(bytes: Buffer, position: TablePosition) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /**
   * A record from its bytes, which must not change afterwards (they aren't copied).
   *
   * @throws `ERR_RECORD_INVALID` if an offset, a length or the vtable points outside the bytes, or the record has
   *   no oid of 16 bytes
   */
  static cast(bytes: Uint8Array): Cookie {
    const buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cookie = new Cookie(buffer, verifyTable(buffer, KINDS));
    if (cookie.#uuidAt(OID) === 0) throw cookie.#invalid(OID, "it has no oid");
    return cookie;
  }

  /** The record's bytes as they were handed to `cast`. They hold the value. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get oid(): string {
    return uuidFromBytes(this.#bytes, this.#uuidAt(OID));
  }

  get createdNs(): bigint {
    return this.#uint64(CREATED) ?? 0n;
  }

  get maxAgeSeconds(): number | undefined {
    return this.#safeInteger(MAX_AGE);
  }

  get name(): string | undefined {
    return this.#text(NAME);
  }

  get value(): string | undefined {
    return this.#text(VALUE);
  }

  /** Whether the record has this value; faster than to decode it for a comparison. */
  hasValue(value: string): boolean {
    const at = findField(this.#bytes, this.#position, VALUE);
    if (at === 0) return false;
    const start = at + readUint32(this.#bytes, at) + 4;
    const length = readUint32(this.#bytes, start - 4);
    for (let index = 0; index < length; index += 1) {
      const byte = this.#bytes[start + index] as number;
      if (byte >= 0x80) return this.value === value; // not ASCII: characters and bytes differ
      if (byte !== value.charCodeAt(index)) return false;
    }
    return length === value.length && length > 0;
  }

  get authenticatedNs(): bigint | undefined {
    return this.#uint64(AUTHENTICATED);
  }

  get authenticatedOnNode(): string | undefined {
    const at = this.#uuidAt(AUTHENTICATED_ON_NODE);
    return at === 0 ? undefined : uuidFromBytes(this.#bytes, at);
  }

  get authenticatedOnWorker(): string | undefined {
    return this.#text(AUTHENTICATED_ON_WORKER);
  }

  get authenticatedTransportInfo(): CborMap {
    return this.#cborMap(AUTHENTICATED_TRANSPORT_INFO);
  }

  get authenticatedSession(): number | undefined {
    return this.#safeInteger(AUTHENTICATED_SESSION);
  }

  get authenticatedJoinedAtNs(): bigint | undefined {
    return this.#uint64(AUTHENTICATED_JOINED_AT);
  }

  get authenticatedAuthmethod(): string | undefined {
    return this.#text(AUTHENTICATED_AUTHMETHOD);
  }

  /** Whether authid and authrole are there, which is what tells a session from a mere tracking cookie. */
  get isAuthenticated(): boolean {
    return this.#hasBytes(AUTHID) && this.#hasBytes(AUTHROLE);
  }

  get authid(): string | undefined {
    return this.#text(AUTHID);
  }

  get authrole(): string | undefined {
    if (this.#authrole === null) this.#authrole = this.#text(AUTHROLE);
    return this.#authrole;
  }

  get authmethod(): string | undefined {
    return this.#text(AUTHMETHOD);
  }

  get authrealm(): string | undefined {
    if (this.#authrealm === null) this.#authrealm = this.#text(AUTHREALM);
    return this.#authrealm;
  }

  get authextra(): CborMap {
    return this.#cborMap(AUTHEXTRA);
  }

  /** All fields, decoded, as `buildCookie` takes them. */
  toFields(): CookieFields {
    return {
      oid: this.oid,
      createdNs: this.createdNs,
      maxAgeSeconds: this.maxAgeSeconds,
      name: this.name,
      value: this.value,
      authenticatedNs: this.authenticatedNs,
      authenticatedOnNode: this.authenticatedOnNode,
      authenticatedOnWorker: this.authenticatedOnWorker,
      authenticatedTransportInfo: this.authenticatedTransportInfo,
      authenticatedSession: this.authenticatedSession,
      authenticatedJoinedAtNs: this.authenticatedJoinedAtNs,
      authenticatedAuthmethod: this.authenticatedAuthmethod,
      authid: this.authid,
      authrole: this.authrole,
      authmethod: this.authmethod,
      authrealm: this.authrealm,
      authextra: this.authextra,
    };
  }

  /**
   * A plain JSON object with cfxdb's field names. Timestamps are decimal text in ns (JSON numbers can't hold them),
   * oids UUID text, absent fields `null`; bytes inside the maps are hex text. The value is left out unless it is
   * asked for.
   */
  marshal(options: { readonly withValue?: boolean } = {}): { [field: string]: JsonValue } {
    return {
      oid: this.oid,
      created: this.createdNs.toString(),
      max_age: this.maxAgeSeconds ?? null,
      name: this.name ?? null,
      ...(options.withValue === true ? { value: this.value ?? null } : {}),
      authenticated: this.authenticatedNs?.toString() ?? null,
      authenticated_on_node: this.authenticatedOnNode ?? null,
      authenticated_on_worker: this.authenticatedOnWorker ?? null,
      authenticated_transport_info: toJsonValue(this.authenticatedTransportInfo),
      authenticated_session: this.authenticatedSession ?? null,
      authenticated_joined_at: this.authenticatedJoinedAtNs?.toString() ?? null,
      authenticated_authmethod: this.authenticatedAuthmethod ?? null,
      authid: this.authid ?? null,
      authrole: this.authrole ?? null,
      authmethod: this.authmethod ?? null,
      authrealm: this.authrealm ?? null,
      authextra: toJsonValue(this.authextra),
    };
  }

  /** The record for people, without the value. */
  toString(): string {
    return `Cookie ${inspect(this.marshal(), { depth: 4 })}`;
  }

  toJSON(): { [field: string]: JsonValue } {
    return this.marshal();
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #uint64(index: number): bigint | undefined {
    const at = findField(this.#bytes, this.#position, index);
    if (at === 0) return undefined;
    const value = this.#bytes.readBigUInt64LE(at);
    return value === 0n ? undefined : value;
  }

  #safeInteger(index: number): number | undefined {
    const at = findField(this.#bytes, this.#position, index);
    if (at === 0) return undefined;
    const value = readUint32(this.#bytes, at) + readUint32(this.#bytes, at + 4) * 2 ** 32;
    if (value > Number.MAX_SAFE_INTEGER) throw this.#invalid(index, "the number is above 2^53 - 1");
    return value === 0 ? undefined : value;
  }

  #text(index: number): string | undefined {
    const at = findField(this.#bytes, this.#position, index);
    if (at === 0) return undefined;
    const start = at + readUint32(this.#bytes, at) + 4;
    const end = start + readUint32(this.#bytes, start - 4);
    if (start === end) return undefined;
    const text = this.#bytes.toString("utf8", start, end);
    // Node.js puts U+FFFD for broken UTF-8: an error here, not a wrong field.
    if (text.includes("\ufffd") && !isUtf8(this.#bytes.subarray(start, end))) {
      throw this.#invalid(index, "the text is no UTF-8");
    }
    return text;
  }

  #hasBytes(index: number): boolean {
    const at = findField(this.#bytes, this.#position, index);
    return at !== 0 && readUint32(this.#bytes, at + readUint32(this.#bytes, at)) > 0;
  }

  #cborMap(index: number): CborMap {
    const at = findField(this.#bytes, this.#position, index);
    if (at === 0) return {};
    const start = at + readUint32(this.#bytes, at) + 4;
    const length = readUint32(this.#bytes, start - 4);
    if (length === 0) return {};
    return decodeCborMap(this.#bytes.subarray(start, start + length), FIELDS[index]?.[0] ?? "");
  }

  /** Where the 16 bytes of a UUID field begin; 0 if the field is absent or empty. */
  #uuidAt(index: number): number {
    const at = findField(this.#bytes, this.#position, index);
    if (at === 0) return 0;
    const start = at + readUint32(this.#bytes, at) + 4;
    const length = readUint32(this.#bytes, start - 4);
    if (length === 0) return 0;
    if (length !== UUID_BYTES) throw this.#invalid(index, `the UUID has ${length} bytes, not ${UUID_BYTES}`);
    return start;
  }

  #invalid(index: number, why: string): CookieAuthenticatorError {
    const field = FIELDS[index]?.[0] ?? String(index);
    return new CookieAuthenticatorError(
      "ERR_RECORD_INVALID",
      `not a valid cookie record: ${why} (${field})`,
      {
        details: { field, why },
      },
    );
  }
}
