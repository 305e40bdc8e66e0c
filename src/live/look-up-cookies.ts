// Looks many cookies up, in chunks between which the event loop has its turn.

import { setImmediate as turn } from "node:timers/promises";
import { isDamage } from "../errors.js";
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
  const lookUp = (oid: string): Promise<void> | undefined => {
    const keep = (used: UsedCookie | undefined): void => {
      if (used !== undefined) decode(used);
      cookies.set(oid, used);
    };
    const pass = (fault: unknown): void => {
      if (!isDamage(fault)) throw fault;
      damagedOids.push(oid);
    };
    try {
      const found = reader.findUsed({ oid });
      // Awaiting a plain value would cost each of them a turn of the microtask queue.
      if (found instanceof Promise) return found.then(keep).catch(pass);
      keep(found);
    } catch (fault) {
      pass(fault);
    }
    return undefined;
  };
  const all = [...oids];
  for (let at = 0; at < all.length; at += CHUNK) {
    // Those of a networked store are under way together.
    const waits = all.slice(at, at + CHUNK).map(lookUp);
    await Promise.all(waits);
    await turn();
  }
  return { cookies, damagedOids };
}

/** Records decode when they are asked: better here than in the middle of a decision about others. */
function decode({ cookie }: UsedCookie): void {
  void [cookie.authid, cookie.authrole, cookie.authrealm, cookie.createdNs, cookie.maxAgeSeconds];
  void cookie.authenticatedNs;
}
