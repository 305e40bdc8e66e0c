// The reading port on Valkey: one round trip for each call.

import type { Cookie } from "../../record/cookie.js";
import type {
  CookiePage,
  CookieReader,
  CookieUse,
  ListOptions,
  StoreChanges,
  StoreInfo,
  StoreMarks,
  UsedCookie,
} from "../cookie-reader.js";
import { decodeUse } from "../cookie-uses.js";
import { toLookUpValue } from "../stored-value.js";
import { judgeRecord } from "./judge-record.js";
import { listValkeyCookies } from "./list-valkey-cookies.js";
import { OidLookUps } from "./oid-look-ups.js";
import { readChanges } from "./read-changes.js";
import type { ValkeyClient } from "./valkey-client.js";
import { storeClosed } from "./valkey-errors.js";
import { isKeyValue, type ValkeyKeys } from "./valkey-keys.js";
import type { ValkeyMarks } from "./valkey-marks.js";
import { toOidKey } from "./valkey-transaction.js";

export interface ValkeyReaderParts {
  readonly client: ValkeyClient;
  readonly keys: ValkeyKeys;
  readonly marks: ValkeyMarks;
  readonly isReadOnly: boolean;
  /** Ends both ports of the store. */
  readonly close: () => Promise<void>;
}

export class ValkeyCookieReader implements CookieReader {
  readonly #parts: ValkeyReaderParts;
  readonly #oids: OidLookUps;
  #isClosed = false;

  constructor(parts: ValkeyReaderParts) {
    this.#parts = parts;
    this.#oids = new OidLookUps(parts.client, parts.keys);
  }

  async findByValue(value: string): Promise<Cookie | undefined> {
    const { client, keys } = this.#open();
    const stored = await this.#toStored(value);
    if (stored === undefined) return undefined;
    const [record] = await client.getMany([keys.record(stored)]);
    return record ? judgeRecord(record, { value: stored }) : undefined;
  }

  async findByOid(oid: string): Promise<Cookie | undefined> {
    return (await this.#findByOid(oid))?.cookie;
  }

  async findUsed(
    key: { readonly value: string } | { readonly oid: string },
  ): Promise<UsedCookie | undefined> {
    if ("oid" in key) return this.#findByOid(key.oid);
    const { client, keys } = this.#open();
    const stored = await this.#toStored(key.value);
    if (stored === undefined) return undefined;
    const [record, use] = await client.getMany([keys.record(stored), keys.use(stored)]);
    return record ? { cookie: judgeRecord(record, { value: stored }), use: toUse(use) } : undefined;
  }

  async list(options: ListOptions): Promise<CookiePage> {
    const { client, keys } = this.#open();
    return listValkeyCookies(client, keys, options);
  }

  async marks(): Promise<StoreMarks> {
    const { clockNs, areValuesHashed, areIndexesExact } = await this.#open().marks.read();
    return { clockNs, areValuesHashed, areIndexesExact };
  }

  async version(): Promise<string> {
    return (await this.#open().marks.read()).version;
  }

  async changesSince(version: string): Promise<StoreChanges | undefined> {
    const { client, keys } = this.#open();
    return readChanges(client, keys, version);
  }

  async info(): Promise<StoreInfo> {
    const { client, marks, isReadOnly } = this.#open();
    const [facts, { cookies, expiries }] = await Promise.all([client.facts(), marks.read()]);
    return {
      engine: facts.server,
      path: undefined,
      format: undefined,
      writable: !isReadOnly,
      // A record, its oid's key and its entry of the oids each, and the entries by expiry.
      entries: 3 * cookies + expiries,
      usedBytes: facts.usedBytes,
      maxSizeBytes: facts.maxSizeBytes,
      pageSize: 0,
      tables: [],
      address: facts.address,
      serverVersion: facts.version,
      role: facts.role,
      connectedReplicas: facts.connectedReplicas,
      lacksReplicas: facts.lacksReplicas === true,
      isPersistent: facts.isPersistent,
      cookies,
      areValuesHashed: marks.areHashed,
    };
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  /** Refuses all use from now on. */
  end(): void {
    this.#isClosed = true;
  }

  async #findByOid(oid: string): Promise<UsedCookie | undefined> {
    const { marks } = this.#open();
    const name = toOidKey(oid);
    // A value that was stored in the other way could belong to nobody: the marks are checked here as well.
    if (marks.areHashed === undefined) await marks.findHashing();
    return this.#oids.find(name);
  }

  #open(): ValkeyReaderParts {
    if (this.#isClosed) throw storeClosed(this.#parts.keys);
    return this.#parts;
  }

  /** `undefined` for what can't be a value. Costs nothing once the marks are known for good. */
  async #toStored(value: string): Promise<string | undefined> {
    const { marks } = this.#parts;
    const stored = toLookUpValue(value, marks.areHashed ?? (await marks.findHashing()));
    return isKeyValue(stored) ? stored : undefined;
  }
}

function toUse(use: Buffer | null | undefined): CookieUse | undefined {
  return use ? decodeUse(use) : undefined;
}
