// Collects what a verification finds: whole counts, and some examples of each kind.

import { FINDING_KINDS, type FindingKind, type FindingLevel } from "./finding-kinds.js";

/** Examples kept of one kind: a report stays readable, and memory bounded. */
export const EXAMPLES_MAX = 100;

/** One place where something was found. Never holds a cookie value: an index key is one. */
export interface FindingExample {
  /** UUID text of the record, or of the record that an index key names. */
  readonly oid?: string;
  /** UUID text of the other record of a pair. */
  readonly otherOid?: string;
  /** Page number. */
  readonly page?: number;
  /** Slot of a table. */
  readonly slot?: number;
  /** What is wrong there, in words. */
  readonly what?: string;
}

/** A finding before it is counted. */
export interface Observation extends FindingExample {
  readonly kind: FindingKind;
}

export interface Finding {
  readonly kind: FindingKind;
  readonly level: FindingLevel;
  readonly title: string;
  readonly count: number;
  /** At most 100 of them. */
  readonly examples: readonly FindingExample[];
}

export class Findings {
  readonly #byKind = new Map<FindingKind, { count: number; examples: FindingExample[] }>();

  /** @param count how many the observation stands for */
  add({ kind, ...example }: Observation, count = 1): void {
    const found = this.#byKind.get(kind) ?? { count: 0, examples: [] };
    this.#byKind.set(kind, found);
    found.count += count;
    if (found.examples.length < EXAMPLES_MAX) found.examples.push(example);
  }

  /** All kinds that were found, in the order of FINDING_KINDS. */
  list(): Finding[] {
    return (Object.keys(FINDING_KINDS) as FindingKind[]).flatMap((kind) => {
      const found = this.#byKind.get(kind);
      const { level, title } = FINDING_KINDS[kind];
      return found === undefined ? [] : [{ kind, level, title, ...found }];
    });
  }
}
