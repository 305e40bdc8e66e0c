// A helper process of a bench: a line in, a line out.

import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../src/store/lmdb/engine.js";

const here = dirname(fileURLToPath(import.meta.url));

export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #script: string;

  private constructor(script: string, command: string, parameters: readonly string[]) {
    this.#script = script;
    this.#child = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#child.stdout === null) throw new Error("no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts a script of this folder, `.ts` or `.py`, and waits for the line by which it says that it is ready. */
  static async start(
    script: string,
    parameters: readonly string[] = [],
    nodeOptions: readonly string[] = [],
  ): Promise<LineProcess> {
    const file = join(here, script);
    const [command, ...first] = script.endsWith(".py")
      ? [join(packageRoot(), ".venv", "bin", "python"), "-W", "ignore", file]
      : [process.execPath, ...nodeOptions, "--import", "tsx", file];
    const started = new LineProcess(script, command as string, [...first, ...parameters]);
    await started.#line();
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @param request one line @returns its answer */
  ask(request: string): Promise<string> {
    this.#child.stdin?.write(`${request}\n`);
    return this.#line();
  }

  /** Ends its input, and waits for its end. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin?.end();
    await exited;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.#script} ended early: is everything set up (npm run setup)?`);
    return value;
  }
}
