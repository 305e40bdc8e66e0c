// A contestant of the benches: a child process that does look-ups on request and says how long they took.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export const LOOKUPS_A_ROUND = 50_000;

export class Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ns: number[] = [];
  #isReady = false;

  constructor(name: string, [command = "", ...parameters]: readonly string[]) {
    this.name = name;
    this.#child = spawn(command, parameters, { stdio: ["pipe", "pipe", "ignore"] });
    if (this.#child.stdout === null) throw new Error("no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** One round; those of the warm-up aren't counted. */
  async run(isCounted: boolean): Promise<void> {
    if (!this.#isReady) await this.#line();
    this.#isReady = true;
    this.#child.stdin?.write(`${LOOKUPS_A_ROUND}\n`);
    const ns = Number(await this.#line());
    if (isCounted) this.#ns.push(ns);
  }

  /** By the median of the rounds. */
  get lookupsASecond(): number {
    const median = this.#ns.toSorted((a, b) => a - b)[this.#ns.length >> 1] ?? Number.NaN;
    return (LOOKUPS_A_ROUND / median) * 1e9;
  }

  stop(): void {
    this.#child.stdin?.end();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.name} ended early: is everything set up (npm run setup)?`);
    return value;
  }
}
