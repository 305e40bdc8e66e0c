// Counts by a short text of ours, fast where a call waits for it; prom-client gets the sums at each scrape.

/** Most different texts that are counted apart: what others throw may have any code. */
const MAX_LABELS = 100;
/** Codes as this package and Node.js write them. */
const CODE = /^[A-Z][A-Z0-9_]{0,60}$/;
const OTHER = "other";

/** Bounded, whatever it is made to count. */
export class LabelCounts {
  readonly #counts: Map<string, number>;

  /** @param labels counted from the beginning, with 0: a series that appears with its first event has no rate */
  constructor(labels: readonly string[] = []) {
    this.#counts = new Map(labels.map((label) => [label, 0]));
  }

  add(label: string): void {
    const known = this.#counts.get(label);
    if (known !== undefined) this.#counts.set(label, known + 1);
    else this.#addNew(label);
  }

  /** The sums so far. */
  entries(): Iterable<[string, number]> {
    return this.#counts;
  }

  #addNew(label: string): void {
    const isCounted = CODE.test(label) && this.#counts.size < MAX_LABELS;
    const key = isCounted ? label : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
