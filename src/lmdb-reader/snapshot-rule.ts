// Which meta page to begin from, and whether what was read from there belongs together. See lmdb-reader.ts.

import type { DatabaseFile } from "./database-file.js";
import { Meta } from "./meta.js";

/** `changed`: writers were faster, try again. `replaced`: this isn't the database any more that was opened. */
export type MetaChoice = "at rest" | "changed" | "replaced";

/** Two reads find the newest slot nearly always: the second time the other is newer, the third time neither is. */
const CHOICES_MAX = 3;

/** Keeps which slot was the newest, to read it first; nothing else is kept from read to read. */
export class SnapshotRule {
  /** The chosen meta page. */
  readonly meta = new Meta();
  /** Its page number. */
  slot: 0 | 1 = 0;
  readonly #other = new Meta();

  /** Chooses as mdb_env_pick_meta does, such that no commit was writing the chosen slot while it was read. */
  choose(file: DatabaseFile): MetaChoice {
    for (let choice = 0; choice < CHOICES_MAX; choice += 1) {
      const other = this.slot === 0 ? 1 : 0;
      // In this order: the other one still older means that no transaction after it was on its way to our slot.
      file.readMeta(this.slot, this.meta);
      file.readMeta(other, this.#other);
      if (!this.meta.fits(file.format, file.pageBytes)) return "replaced";
      const lead = this.meta.txnId - this.#other.txnId;
      // Two alike: no commit yet. mdb_env_pick_meta takes slot 0.
      if (lead > 0 || (lead === 0 && this.slot === 0)) return "at rest";
      this.slot = other;
    }
    return "changed";
  }

  /** Whether the chosen snapshot's pages were all still its own until now. */
  stillStands(file: DatabaseFile): boolean {
    file.readMeta(this.slot, this.#other);
    return this.#other.bytes.equals(this.meta.bytes);
  }
}
