// The writing process of the stress: started, killed without warning, started again.

import { spawn } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.CROSSBAR_PYTHON ?? join(here, "..", "..", ".venv", "bin", "python");

export class StressWriter {
  kills = 0;
  #child;
  #arguments;
  #progress;
  #buffer = Buffer.alloc(8);

  constructor(directory, format, progressPath) {
    this.#arguments = ["-B", "-W", "ignore", join(here, "stress_writer.py"), directory, format, progressPath];
    closeSync(openSync(progressPath, "a"));
    this.#progress = openSync(progressPath, "r");
    this.#start();
  }

  /** The newest generation whose commit is over. */
  get generation() {
    return readSync(this.#progress, this.#buffer, 0, 8, 0) === 8 ? this.#buffer.readBigUInt64LE() : 0n;
  }

  /** Why the writer ended, if it wasn't killed. */
  get failure() {
    return this.#child.exitCode === null ? undefined : `the writer ended with status ${this.#child.exitCode}`;
  }

  /** kill -9, at whatever it is doing, and another one in its place. */
  async replace() {
    await this.#kill();
    this.kills += 1;
    this.#start();
  }

  async stop() {
    await this.#kill();
    closeSync(this.#progress);
  }

  #start() {
    this.#child = spawn(python, this.#arguments, { stdio: ["ignore", "ignore", "inherit"] });
  }

  async #kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
