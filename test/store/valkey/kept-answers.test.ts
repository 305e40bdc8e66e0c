// What is kept is never older than allowed: random interleavings of a server, its two ways to us, and look-ups.

import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ChangeFeed, KeptAnswers } from "../../../src/store/valkey/kept-answers.js";
import { SignOfLife } from "../../../src/store/valkey/sign-of-life.js";

const MAX_STALE_MS = 100;
const KEYS = ["a", "b"] as const;
type Key = (typeof KEYS)[number];

/** A state of a key: the server counts them. Absent while the number is odd. */
interface State {
  readonly key: Key;
  readonly number: number;
}

type Step =
  | { readonly is: "wait"; readonly ms: number }
  /** One turn of the server's event loop, with changes by others and, perhaps, one of our own. */
  | {
      readonly is: "turn";
      readonly changes: readonly Key[];
      readonly own: Key | undefined;
      readonly ms: number;
    }
  | { readonly is: "look up"; readonly key: Key }
  | { readonly is: "execute a read" | "ask for a sign of life" | "answer about the primary" }
  | { readonly is: "answer a read" | "hand on messages"; readonly pick: number }
  | { readonly is: "lose the connection" | "connect" | "fail over" };

const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant("wait" as const), ms: fc.nat(60) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant("turn" as const),
      changes: fc.array(key, { maxLength: 2 }),
      own: fc.option(key, { nil: undefined, freq: 4 }),
      ms: fc.nat(150),
    }),
  },
  { weight: 8, arbitrary: fc.record({ is: fc.constant("look up" as const), key }) },
  { weight: 4, arbitrary: fc.constant({ is: "execute a read" as const }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("answer a read" as const), pick: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("hand on messages" as const), pick: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.constant({ is: "ask for a sign of life" as const }) },
  { weight: 4, arbitrary: fc.constant({ is: "answer about the primary" as const }) },
  { weight: 1, arbitrary: fc.constant({ is: "lose the connection" as const }) },
  { weight: 2, arbitrary: fc.constant({ is: "connect" as const }) },
  { weight: 1, arbitrary: fc.constant({ is: "fail over" as const }) },
);

/** What happens now and then as a whole, and hardly ever by chance. */
const SIGN: readonly Step[] = [
  { is: "ask for a sign of life" },
  { is: "answer about the primary" },
  { is: "turn", changes: [], own: undefined, ms: 0 },
  { is: "hand on messages", pick: 3 },
];
const RECONNECTION: readonly Step[] = [
  { is: "lose the connection" },
  { is: "turn", changes: KEYS, own: undefined, ms: 120 },
  { is: "connect" },
  ...SIGN,
];
const LATE_ANSWER: readonly Step[] = [
  { is: "look up", key: "a" },
  { is: "execute a read" },
  { is: "turn", changes: ["a", "a"], own: undefined, ms: 0 },
  { is: "look up", key: "a" },
  { is: "wait", ms: 110 },
  { is: "answer a read", pick: 0 },
];
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: step.map((one): readonly Step[] => [one]) },
      { weight: 1, arbitrary: fc.constant(RECONNECTION) },
      { weight: 1, arbitrary: fc.constant(SIGN) },
      { weight: 1, arbitrary: fc.constant(LATE_ANSWER) },
    ),
    { minLength: 20, maxLength: 100 },
  )
  .map((parts) => parts.flat());

interface Read {
  readonly key: Key;
  found: State | "not executed";
  readonly resolve: (found: State | undefined) => void;
}

class World {
  nowMs = 0;
  readonly states = new Map<Key, number>(KEYS.map((key) => [key, 0]));
  /** When a state was over, by `a0`. */
  readonly endedMs = new Map<string, number>();
  /** Our own last change of a key: whoever begins later sees it. */
  readonly floors = new Map<Key, number>(KEYS.map((key) => [key, 0]));
  readonly reads: Read[] = [];
  readonly faults: string[] = [];
  answers = 0;

  readonly sign = new SignOfLife({ maxStaleMs: MAX_STALE_MS, now: () => this.nowMs });
  /** Which of two servers is the primary, and which one tells us its changes. */
  primary = 0;
  feed:
    | { readonly server: number; readonly messages: (Key | { readonly pongAskedMs: number })[] }
    | undefined;
  /** First who is the primary is asked, then the ping is sent. */
  question: { readonly askedMs: number; is: "asked" | "pinged" | "answered" } | undefined;
  /** What only the other server knows yet. */
  readonly unknown = new Set<Key>();

  readonly kept = new KeptAnswers<State>(
    { isListening: () => this.feed !== undefined, isFresh: () => this.sign.isFresh() },
    { maxEntries: 10, toKept: (answer) => answer },
  );

  async do(step: Step): Promise<void> {
    switch (step.is) {
      case "wait":
        this.nowMs += step.ms;
        break;
      case "turn":
        this.#turn(step.changes, step.own, step.ms);
        break;
      case "look up":
        this.#lookUp(step.key);
        break;
      case "execute a read": {
        const read = this.reads.find(({ found }) => found === "not executed");
        if (read !== undefined) read.found = this.#state(read.key);
        break;
      }
      case "answer a read": {
        const executed = this.reads.filter(({ found }) => found !== "not executed");
        const read = executed[step.pick % Math.max(executed.length, 1)];
        if (read === undefined) break;
        this.reads.splice(this.reads.indexOf(read), 1);
        const { number } = read.found as State;
        read.resolve(number % 2 === 1 ? undefined : (read.found as State));
        break;
      }
      case "hand on messages":
        for (const message of this.feed?.messages.splice(0, step.pick) ?? []) {
          if (typeof message === "string") this.kept.forget(message);
          else {
            this.question = undefined;
            this.sign.answered(message.pongAskedMs);
          }
        }
        break;
      case "ask for a sign of life":
        if (this.feed !== undefined) this.question ??= { askedMs: this.nowMs, is: "asked" };
        break;
      case "answer about the primary":
        if (this.question?.is !== "asked") break;
        if (this.primary === this.feed?.server) this.question.is = "pinged";
        else this.#lose();
        break;
      case "lose the connection":
        this.#lose();
        break;
      case "connect":
        if (this.feed !== undefined) break;
        this.feed = { server: this.primary, messages: [] };
        this.unknown.clear();
        break;
      case "fail over":
        this.primary = 1 - this.primary;
        // Before it becomes the primary it gets what the other one has changed, and tells it.
        if (this.primary === this.feed?.server) this.feed.messages.push(...this.unknown);
        this.unknown.clear();
        break;
    }
    await nextTurn();
  }

  /** Answers and messages of a turn go out together at its end, the answers first. */
  #turn(changes: readonly Key[], own: Key | undefined, ms: number): void {
    const out: (Key | { readonly pongAskedMs: number })[] = [];
    if (this.question?.is === "pinged") {
      this.question.is = "answered";
      out.push({ pongAskedMs: this.question.askedMs });
    }
    for (const key of own === undefined ? changes : [...changes, own]) {
      this.endedMs.set(`${key}${this.states.get(key)}`, this.nowMs);
      this.states.set(key, (this.states.get(key) ?? 0) + 1);
      if (this.feed?.server === this.primary) out.push(key);
      else this.unknown.add(key);
      // The turn takes its time.
      this.nowMs += ms;
    }
    this.feed?.messages.push(...out);
    if (own === undefined) return;
    // Our commit's answer comes before anything that the other connection has to say.
    this.kept.forget(own);
    this.floors.set(own, this.states.get(own) ?? 0);
  }

  #lookUp(key: Key): void {
    const begunMs = this.nowMs;
    const floor = this.floors.get(key) ?? 0;
    const answer = this.kept.find(
      key,
      () => new Promise((resolve) => this.reads.push({ key, found: "not executed", resolve })),
    );
    const check = (found: State | undefined): void => {
      if (found === undefined) return; // absence isn't kept, so it comes from the server
      this.answers += 1;
      const endedMs = this.endedMs.get(`${found.key}${found.number}`) ?? Infinity;
      const oldest = Math.min(begunMs, this.nowMs - MAX_STALE_MS);
      if (found.key !== key) this.faults.push("another key's answer");
      if (endedMs < oldest) this.faults.push(`${oldest - endedMs} ms too old`);
      if (found.number < floor) this.faults.push("older than our own commit");
    };
    if (answer instanceof Promise) void answer.then(check);
    else check(answer);
  }

  #state(key: Key): State {
    return { key, number: this.states.get(key) ?? 0 };
  }

  #lose(): void {
    this.feed = undefined;
    this.question = undefined;
    this.sign.lost();
    this.kept.forgetAll();
  }
}

/** Steps that make an answer from memory likely; random ones go in between. */
const WARM_UP: readonly Step[] = [
  { is: "connect" },
  ...SIGN,
  { is: "look up", key: "a" },
  { is: "execute a read" },
  { is: "answer a read", pick: 0 },
];

describe("answers kept in memory", () => {
  test("are never older than allowed, whatever comes in between", async () => {
    const total = { hits: 0, shared: 0, answers: 0 };
    await fc.assert(
      fc.asyncProperty(steps, async (random) => {
        const world = new World();
        for (const step of [...WARM_UP, ...random]) await world.do(step);
        const { hits, shared } = world.kept.figures();
        total.hits += hits;
        total.shared += shared;
        total.answers += world.answers;
        expect(world.faults).toEqual([]);
      }),
      { numRuns: 1500 },
    );
    // The property says something only where memory was asked.
    expect(total.hits).toBeGreaterThan(1000);
    expect(total.shared).toBeGreaterThan(100);
  });

  function fresh(): { feed: ChangeFeed & { isOn: boolean }; kept: KeptAnswers<{ n: number }> } {
    const feed = { isOn: true, isListening: () => feed.isOn, isFresh: () => feed.isOn };
    return { feed, kept: new KeptAnswers(feed, { maxEntries: 2, toKept: ({ n }) => ({ n }) }) };
  }

  /** A question that is answered when the test says so. */
  function question(): { read: () => Promise<{ n: number }>; answer: (found: { n: number }) => void } {
    let answer: (found: { n: number }) => void = () => {};
    const answered = new Promise<{ n: number }>((resolve) => {
      answer = resolve;
    });
    return { read: () => answered, answer };
  }

  test("come at once, without a promise, and as one object for all", async () => {
    const { kept } = fresh();
    const first = await kept.find("a", async () => ({ n: 1 }));
    expect(kept.find("a", () => Promise.reject(new Error("asked")))).toBe(first);
    expect(kept.figures()).toEqual({ entries: 1, hits: 1, shared: 0, misses: 1 });
  });

  test("one question for all who ask at the same time", async () => {
    const { kept } = fresh();
    let asked = 0;
    const read = async () => ({ n: ++asked });
    const found = await Promise.all([kept.find("a", read), kept.find("a", read), kept.find("a", read)]);
    expect(found).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    expect(kept.figures()).toEqual({ entries: 1, hits: 0, shared: 2, misses: 1 });
  });

  test("who shares a question asks again if the key has changed meanwhile", async () => {
    const { kept } = fresh();
    const { read, answer } = question();
    const first = kept.find("a", read);
    const second = kept.find("a", async () => ({ n: 2 }));
    kept.forget("a");
    answer({ n: 1 });
    expect(await first).toEqual({ n: 1 });
    expect(await second).toEqual({ n: 2 });
    expect(await kept.find("a", async () => ({ n: 3 }))).toEqual({ n: 2 });
  });

  test("who shares a question asks again if changes could have gone untold meanwhile", async () => {
    const { feed, kept } = fresh();
    const { read, answer } = question();
    const first = kept.find("a", read);
    const second = kept.find("a", async () => ({ n: 2 }));
    feed.isOn = false;
    answer({ n: 1 });
    expect(await first).toEqual({ n: 1 });
    expect(await second).toEqual({ n: 2 });
  });

  test("absence and errors aren't kept, and an error reaches all who share it", async () => {
    const { kept } = fresh();
    expect(await kept.find("a", async () => undefined)).toBeUndefined();
    const fails = () => Promise.reject(new Error("no server"));
    const [one, other] = [kept.find("a", fails), kept.find("a", fails)];
    await expect(one).rejects.toThrow("no server");
    await expect(other).rejects.toThrow("no server");
    expect(() =>
      kept.find("a", () => {
        throw new Error("closed");
      }),
    ).toThrow("closed");
    expect(await kept.find("a", async () => ({ n: 1 }))).toEqual({ n: 1 });
    expect(kept.figures().entries).toBe(1);
  });

  test("nothing is kept or shared while changes aren't told", async () => {
    const { feed, kept } = fresh();
    feed.isOn = false;
    let asked = 0;
    const read = async () => ({ n: ++asked });
    await Promise.all([kept.find("a", read), kept.find("a", read)]);
    expect(asked).toBe(2);
    expect(kept.figures()).toEqual({ entries: 0, hits: 0, shared: 0, misses: 2 });
  });

  test("an answer on its way when all is forgotten isn't kept", async () => {
    const { kept } = fresh();
    const { read, answer } = question();
    const found = kept.find("a", read);
    await kept.find("b", async () => ({ n: 1 }));
    kept.forgetAll();
    answer({ n: 1 });
    expect(await found).toEqual({ n: 1 });
    expect(kept.figures().entries).toBe(0);
  });

  test("the least recently used goes first", async () => {
    const { kept } = fresh();
    for (const key of ["a", "b"]) await kept.find(key, async () => ({ n: 1 }));
    await kept.find("a", async () => ({ n: 2 }));
    await kept.find("c", async () => ({ n: 1 }));
    expect(await kept.find("a", async () => ({ n: 2 }))).toEqual({ n: 1 });
    expect(await kept.find("b", async () => ({ n: 2 }))).toEqual({ n: 2 });
  });
});
