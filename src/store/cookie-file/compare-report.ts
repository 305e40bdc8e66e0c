// Counts how a store differs from a file.

/** So many are kept of each kind to be shown; all are counted. */
const EXAMPLES = 10;

/** A record that isn't as it should be. No value is ever in it. */
export interface Difference {
  /** `undefined`: Crossbar's own lines have none, and the store doesn't have the record. */
  readonly oid: string | undefined;
  /** Of the file, from 1; `undefined`: it isn't there. */
  readonly line?: number | undefined;
  /** What is otherwise, by name. */
  readonly keys?: readonly string[] | undefined;
}

/** A kind of difference. */
export interface Differences {
  readonly count: number;
  readonly examples: readonly Difference[];
}

export interface CompareReport {
  /** Nothing differs that matters. */
  readonly isSame: boolean;
  /** The file has all cookies of a store, so that what it lacks is a difference. */
  readonly isComplete: boolean;
  readonly same: number;
  /** Of them, records that the store has seen used since the export. */
  readonly usedSince: number;
  /** Records that only the file has, and whose own lifetime is over: they were removed. No difference. */
  readonly expired: number;
  /** Records that the store has otherwise. */
  readonly differing: Differences;
  /** Records that only the file has. */
  readonly missing: Differences;
  /** Records that only the store has; looked for with a complete file only. */
  readonly extra: Differences;
  /** The store's time is behind the one that the exported store had seen. */
  readonly isClockBehind: boolean;
}

export interface CompareCount {
  addSame(isUsedSince: boolean): void;
  addExpired(): void;
  addDiffering(difference: Difference): void;
  addMissing(difference: Difference): void;
  addExtra(difference: Difference): void;
  report(): CompareReport;
}

export function createCompareCount(about: Pick<CompareReport, "isComplete" | "isClockBehind">): CompareCount {
  const [differing, missing, extra] = [createCollection(), createCollection(), createCollection()];
  let [same, usedSince, expired] = [0, 0, 0];
  return {
    addSame(isUsedSince) {
      same += 1;
      if (isUsedSince) usedSince += 1;
    },
    addExpired() {
      expired += 1;
    },
    addDiffering: differing.add,
    addMissing: missing.add,
    addExtra: extra.add,
    report() {
      const differences = { differing: differing.get(), missing: missing.get(), extra: extra.get() };
      const isSame = !about.isClockBehind && Object.values(differences).every(({ count }) => count === 0);
      return { isSame, same, usedSince, expired, ...differences, ...about };
    },
  };
}

function createCollection(): {
  readonly add: (difference: Difference) => void;
  readonly get: () => Differences;
} {
  const examples: Difference[] = [];
  let count = 0;
  return {
    add(difference) {
      count += 1;
      if (examples.length < EXAMPLES) examples.push(difference);
    },
    get: () => ({ count, examples }),
  };
}
