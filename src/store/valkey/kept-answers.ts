// Answers of the store kept in memory, each only as long as nothing says that it has changed.

import { LRUCache } from "lru-cache";
import type { MaybePromise, NearCacheFigures } from "../cookie-reader.js";

/** What says whether changes are told. */
export interface ChangeFeed {
  /** Changes that are made from now on are told. An answer to what is asked from now on may be kept. */
  isListening(): boolean;
  /** All changes that are older than the allowed time have been told: what is kept may be answered. */
  isFresh(): boolean;
}

/** A look-up under way. It is put into its place before the question is sent. */
interface Pending<T> {
  /** `undefined` until the question has been sent. */
  answer: Promise<T | undefined> | undefined;
  /** Nothing has said since then that the key has changed. */
  isUnchanged: boolean;
}

/**
 * An answer is kept if no change of its key was told between the question and the answer: the answer comes on one
 * connection and the change on another, so that either may be the first. Neither absence nor errors are kept.
 */
export class KeptAnswers<T extends object> {
  readonly #feed: ChangeFeed;
  readonly #toKept: (answer: T) => T;
  readonly #kept: LRUCache<string, T>;
  readonly #pending = new Map<string, Pending<T>>();
  #hits = 0;
  #shared = 0;
  #misses = 0;

  /** @param options.toKept the answer as it is kept and handed to many: without what holds on to more memory */
  constructor(
    feed: ChangeFeed,
    { maxEntries, toKept }: { readonly maxEntries: number; readonly toKept: (answer: T) => T },
  ) {
    this.#feed = feed;
    this.#toKept = toKept;
    this.#kept = new LRUCache({ max: maxEntries });
  }

  /** What is kept for the key, or what `read` finds. @throws what `read` throws */
  find(key: string, read: () => MaybePromise<T | undefined>): MaybePromise<T | undefined> {
    if (this.#feed.isFresh()) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) {
        this.#hits += 1;
        return kept;
      }
      const pending = this.#pending.get(key);
      if (pending?.answer !== undefined) return this.#share(key, pending, pending.answer, read);
    }
    this.#misses += 1;
    return this.#feed.isListening() ? this.#read(key, read) : read();
  }

  /** The key has changed, or may have. */
  forget(key: string): void {
    this.#kept.delete(key);
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    pending.isUnchanged = false;
    this.#pending.delete(key);
  }

  /** Any key may have changed. */
  forgetAll(): void {
    this.#kept.clear();
    for (const pending of this.#pending.values()) pending.isUnchanged = false;
    this.#pending.clear();
  }

  figures(): Omit<NearCacheFigures, "isOn"> {
    return { entries: this.#kept.size, hits: this.#hits, shared: this.#shared, misses: this.#misses };
  }

  #read(key: string, read: () => MaybePromise<T | undefined>): MaybePromise<T | undefined> {
    const pending: Pending<T> = { answer: undefined, isUnchanged: true };
    // Before the question is sent. An older one that can't be shared any more makes room, and isn't kept.
    this.#pending.set(key, pending);
    try {
      const answer = read();
      if (!(answer instanceof Promise)) return this.#settle(key, pending, answer);
      pending.answer = answer.then(
        (found) => this.#settle(key, pending, found),
        (error) => {
          this.#settle(key, pending, undefined);
          throw error;
        },
      );
      return pending.answer;
    } catch (error) {
      this.#settle(key, pending, undefined);
      throw error;
    }
  }

  #settle(key: string, pending: Pending<T>, found: T | undefined): T | undefined {
    if (this.#pending.get(key) !== pending) return found;
    this.#pending.delete(key);
    if (found === undefined) return undefined;
    const kept = this.#toKept(found);
    this.#kept.set(key, kept);
    return kept;
  }

  /**
   * The answer to a question that was sent before this look-up began counts like one from memory: if a change has been
   * told meanwhile, or could have gone untold, the store is asked again.
   */
  async #share(
    key: string,
    pending: Pending<T>,
    answer: Promise<T | undefined>,
    read: () => MaybePromise<T | undefined>,
  ): Promise<T | undefined> {
    this.#shared += 1;
    const found = await answer;
    return pending.isUnchanged && this.#feed.isFresh() ? found : this.find(key, read);
  }
}
