// A transaction's view: what is known of the store, with its own changes over it, and what it has relied on.

import type { Cookie } from "../../record/cookie.js";
import { judgeRecord } from "./judge-record.js";
import type { KnownState, Want } from "./known-state.js";
import { toValue } from "./known-state.js";
import type { ValkeyKeys } from "./valkey-keys.js";

/** What the transaction makes of one cookie. */
export interface Change {
  /** As it is in the store; `undefined`: it isn't there. */
  readonly base: Cookie | undefined;
  /** As the transaction leaves it; `undefined`: deleted. */
  cookie: Cookie | undefined;
  /** Whether the record is another: else only its use is. */
  isRecordNew: boolean;
  /** The last use: that of `base`, none, or a new one. */
  use: "kept" | "none" | Buffer;
}

/** What a commit compares: the contents that the transaction has relied on. */
export interface Expectation {
  readonly kind: "string" | "members";
  readonly key: string;
  /** As it was read, or assumed: `null` is absence. */
  readonly content: Buffer | string | null;
}

/**
 * The state of one run of a callback. What isn't known yet is answered as "not there" and wanted: such a run is thrown
 * away, with its result or its error, and comes again when all its wants are known. So a callback that asks for many
 * cookies is run twice, not once for each.
 */
export class ValkeyDraft {
  readonly changes = new Map<string, Change>();
  readonly #keys: ValkeyKeys;
  readonly #known: KnownState;
  /** Asked for and not known; and all that was asked for. */
  readonly #missing = new Map<string, Want>();
  readonly #asked = new Map<string, Want>();
  readonly #expected = new Map<string, Expectation>();
  /** Whose a stored value is, by this transaction's own changes. */
  readonly #owners = new Map<string, string>();
  /** Oids of records that were found by their value: their key `o` says so too. */
  readonly #valueOfOid = new Map<string, string>();
  /** Oids of users that were asked for: their cookies are read with them. */
  readonly #listed = new Set<string>();

  constructor(keys: ValkeyKeys, known: KnownState) {
    this.#keys = keys;
    this.#known = known;
  }

  /** Whether the run was one on guesses. */
  get isGuess(): boolean {
    return this.#missing.size > 0;
  }

  /** All that this run has asked for: the next one knows it, of one moment. */
  get asked(): Iterable<Want> {
    return this.#asked.values();
  }

  get expectations(): readonly Expectation[] {
    return [...this.#expected.values()];
  }

  /** @param value as it is stored */
  findByValue(value: string): Cookie | undefined {
    const owner = this.#owners.get(value);
    if (owner !== undefined) return this.changes.get(owner)?.cookie;
    return this.#unlessMoved(value, this.#findBaseByValue(value, "read"));
  }

  /** @param oid in lower case */
  findByOid(oid: string): Cookie | undefined {
    const change = this.changes.get(oid);
    return change === undefined ? this.#findBaseByOid(oid, "read") : change.cookie;
  }

  findUse(oid: string): Buffer | undefined {
    const change = this.changes.get(oid);
    if (change?.use === "none") return undefined;
    if (change !== undefined && change.use !== "kept") return change.use;
    const base = change === undefined ? this.#findBaseByOid(oid, "read") : change.base;
    if (base?.value === undefined) return undefined;
    const key = this.#keys.use(base.value);
    const use = this.#known.strings.get(key);
    if (use === undefined) return undefined; // its record was a guess
    this.#expect(key, use);
    return use ?? undefined;
  }

  /** Oids of the user's cookies in the store, those that are gone included. */
  findMembers(authid: string): readonly string[] {
    const key = this.#keys.user(authid);
    const members = this.#known.members.get(key);
    this.#ask({ kind: "user", name: authid }, members === undefined);
    if (members === undefined) return [];
    this.#expected.set(key, { kind: "members", key, content: Buffer.from(members.join(""), "latin1") });
    for (const oid of members) this.#listed.add(oid);
    return members;
  }

  /** Whose the stored value is. Not known, it is assumed to be nobody's, and the commit knows better if it isn't. */
  findOwner(value: string): string | undefined {
    const owner = this.#owners.get(value);
    if (owner !== undefined) return owner;
    return this.#unlessMoved(value, this.#findBaseByValue(value, "assume"))?.oid;
  }

  /** What this transaction has made of a cookie so far, to be changed further. Not known, it is assumed to be absent. */
  changeOf(oid: string): Change {
    const change = this.changes.get(oid);
    if (change !== undefined) return change;
    const base = this.#findBaseByOid(oid, "assume");
    const use = base === undefined ? "none" : "kept";
    const made: Change = { base, cookie: base, isRecordNew: false, use };
    this.changes.set(oid, made);
    return made;
  }

  /** Moves a value from the cookie that it was of, to one that has it now. */
  moveValue(before: string | undefined, after: string | undefined, oid: string): void {
    if (before !== undefined && this.#owners.get(before) === oid) this.#owners.delete(before);
    if (after !== undefined) this.#owners.set(after, oid);
  }

  /** The transaction's own change may have taken the value away from the cookie; one of its use hasn't. */
  #unlessMoved(value: string, cookie: Cookie | undefined): Cookie | undefined {
    const change = cookie === undefined ? undefined : this.changes.get(cookie.oid);
    if (change === undefined) return cookie;
    return change.cookie?.value === value ? change.cookie : undefined;
  }

  #findBaseByValue(value: string, how: "read" | "assume"): Cookie | undefined {
    const key = this.#keys.record(value);
    const record = this.#known.strings.get(key);
    this.#ask({ kind: "value", name: value }, record === undefined && how === "read");
    if (record === undefined) {
      if (how === "assume") this.#expect(key, null);
      return undefined;
    }
    this.#expect(key, record);
    if (record === null) return undefined;
    const cookie = judgeRecord(record, { value });
    this.#valueOfOid.set(cookie.oid, value);
    return cookie;
  }

  #findBaseByOid(oid: string, how: "read" | "assume"): Cookie | undefined {
    const found = this.#valueOfOid.get(oid);
    if (found !== undefined) return this.#findBaseByValue(found, how);
    const key = this.#keys.oid(oid);
    const stored = this.#known.strings.get(key);
    if (stored === undefined || !this.#listed.has(oid))
      this.#ask({ kind: "oid", name: oid }, stored === undefined && how === "read");
    if (stored === undefined) {
      if (how === "assume") this.#expect(key, null);
      return undefined;
    }
    this.#expect(key, stored);
    if (stored === null) return undefined;
    const value = toValue(stored, oid);
    const record = this.#known.strings.get(this.#keys.record(value)) ?? null;
    this.#expect(this.#keys.record(value), record);
    // The record's own key is gone: the oid leads nowhere, as on LMDB.
    return record === null ? undefined : judgeRecord(record, { value, oid });
  }

  #ask(want: Want, isMissing: boolean): void {
    const name = `${want.kind}:${want.name}`;
    this.#asked.set(name, want);
    if (isMissing) this.#missing.set(name, want);
  }

  #expect(key: string, content: Buffer | null): void {
    this.#expected.set(key, { kind: "string", key, content });
  }
}
