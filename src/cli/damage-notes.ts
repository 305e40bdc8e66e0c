// Notes which records can't be read while others are looked for: what is left out is said.

import { isDamage } from "../errors.js";
import type { FittingPlan } from "../session/find-fitting.js";
import type { CookieReader } from "../store/cookie-reader.js";

/** So many oids are named in a warning; all are counted. */
const EXAMPLES = 20;

export interface DamageNotes {
  /** The reader, whose listings are noted. */
  watch(reader: CookieReader): CookieReader;
  /** The rule; a record of which it, or the end of a session, needs a field that can't be decoded is noted, and doesn't fit. */
  judge(fits: FittingPlan["fits"]): FittingPlan["fits"];
  /** A warning that names them; empty if there are none. */
  text(): string;
}

export function createDamageNotes(): DamageNotes {
  const oids = new Set<string>();
  return {
    watch: (reader) => ({
      findByValue: (value) => reader.findByValue(value),
      findByOid: (oid) => reader.findByOid(oid),
      findUsed: (key) => reader.findUsed(key),
      async list(options) {
        const page = await reader.list(options);
        for (const { oid } of page.damaged) oids.add(oid);
        return page;
      },
      marks: () => reader.marks(),
      version: () => reader.version(),
      changesSince: (version) => reader.changesSince(version),
      info: () => reader.info(),
      close: () => reader.close(),
    }),
    judge: (fits) => (cookie, nowNs, use) => {
      try {
        void [cookie.value, cookie.authid, cookie.authrealm, cookie.maxAgeSeconds];
        return fits(cookie, nowNs, use);
      } catch (error) {
        if (isDamage(error)) oids.add(cookie.oid);
        throw error;
      }
    },
    text() {
      if (oids.size === 0) return "";
      const named = [...oids].slice(0, EXAMPLES).join(", ");
      const rest = oids.size > EXAMPLES ? `, and ${oids.size - EXAMPLES} more` : "";
      const what =
        oids.size === 1 ? "1 record that can't be read is" : `${oids.size} records that can't be read are`;
      return `warning: ${what} left: ${named}${rest}\nhint: they let nobody in; \`cookies remove --oid OID\` removes one\n`;
    },
  };
}
