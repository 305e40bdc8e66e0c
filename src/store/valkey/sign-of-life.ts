// Whether answers from memory are allowed now: by the newest sign that every change of the store still reaches us.

export interface SignOptions {
  /** How old the sign may be, in ms. */
  readonly maxStaleMs: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}

/**
 * A sign counts from the moment at which it was asked for: what changed before that was told before the answer. So
 * whoever asks memory only while the sign is younger than `maxStaleMs` knows of all changes that are older.
 */
export class SignOfLife {
  readonly #options: SignOptions;
  #freshUntilMs = -Infinity;

  constructor(options: SignOptions) {
    this.#options = options;
  }

  /** @param askedMs when the question was sent, by the same clock */
  answered(askedMs: number): void {
    this.#freshUntilMs = askedMs + this.#options.maxStaleMs;
  }

  /** The connection is gone, or is one to another server. */
  lost(): void {
    this.#freshUntilMs = -Infinity;
  }

  isFresh(): boolean {
    return this.#options.now() <= this.#freshUntilMs;
  }
}
