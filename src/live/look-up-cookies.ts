// Looks many cookies up, in chunks between which the event loop has its turn.

import { setImmediate as turn } from "node:timers/promises";
import { CookieAuthenticatorError } from "../errors.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";

export interface LookedUpCookies {
  /** `undefined`: the store has no such record. Oids whose record can't be read are not in it. */
  readonly cookies: ReadonlyMap<string, UsedCookie | undefined>;
  readonly damagedOids: readonly string[];
}

const CHUNK = 500;

/** @throws what the reader throws, except for a single damaged record */
export async function lookUpCookies(
  reader: Pick<CookieReader, "findUsed">,
  oids: Iterable<string>,
): Promise<LookedUpCookies> {
  const cookies = new Map<string, UsedCookie | undefined>();
  const damagedOids: string[] = [];
  let done = 0;
  for (const oid of oids) {
    try {
      const found = reader.findUsed({ oid });
      // Awaiting a plain value would cost each of them a turn of the microtask queue.
      const used = found instanceof Promise ? await found : found;
      if (used !== undefined) decode(used);
      cookies.set(oid, used);
    } catch (fault) {
      if (!isDamagedRecord(fault)) throw fault;
      damagedOids.push(oid);
    }
    done += 1;
    if (done % CHUNK === 0) await turn();
  }
  return { cookies, damagedOids };
}

/** Records decode when they are asked: better here than in the middle of a decision about others. */
function decode({ cookie }: UsedCookie): void {
  void [cookie.authid, cookie.authrole, cookie.authrealm, cookie.createdNs, cookie.maxAgeSeconds];
  void cookie.authenticatedNs;
}

function isDamagedRecord(fault: unknown): boolean {
  return fault instanceof CookieAuthenticatorError && fault.code === "ERR_RECORD_INVALID";
}
