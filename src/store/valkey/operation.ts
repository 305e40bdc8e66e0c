// One operation under way: what it asks for, until when, and how it ends.

import type { Redis } from "ioredis";
import type { CookieAuthenticatorError } from "../../errors.js";
import type { Argument, Reply, Script } from "./valkey-client.js";

/** What an operation asks the server. */
export type Command =
  /** Values of keys. */
  | { readonly kind: "get"; readonly keys: readonly string[] }
  | {
      readonly kind: "script";
      readonly script: Script;
      readonly keys: readonly string[];
      readonly args: readonly Argument[];
    }
  /** Whatever else, for itself. */
  | { readonly kind: "call"; readonly name: string; readonly run: (redis: Redis) => Promise<Reply> };

/** Ends once; what comes later is dropped. */
export class Operation {
  readonly command: Command;
  readonly expiresAt: number;
  /** The server doesn't know the script: its source goes out. */
  isWhole = false;
  /** It goes out alone: while a Cluster moves the slot, one absent key would spoil the look-ups of all. */
  isAlone = false;
  /** It has gone out once: a write may have been made. */
  wasSent = false;
  isOver = false;
  /** Why it waits, if a server gave a reason. */
  fault: CookieAuthenticatorError | undefined;
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: CookieAuthenticatorError) => void;
  readonly #onOver: (operation: Operation) => void;
  readonly #onExpire: (operation: Operation) => void;

  constructor(
    command: Command,
    expiresAt: number,
    ends: {
      readonly resolve: (reply: Reply) => void;
      readonly reject: (error: CookieAuthenticatorError) => void;
      readonly onOver: (operation: Operation) => void;
      readonly onExpire: (operation: Operation) => void;
    },
  ) {
    this.command = command;
    this.expiresAt = expiresAt;
    this.#resolve = ends.resolve;
    this.#reject = ends.reject;
    this.#onOver = ends.onOver;
    this.#onExpire = ends.onExpire;
  }

  /** For errors. */
  get name(): string {
    if (this.command.kind === "get") return "MGET";
    return this.command.kind === "script" ? `script ${this.command.script.name}` : this.command.name;
  }

  succeed(reply: Reply): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onOver(this);
    this.#resolve(reply);
  }

  fail(error: CookieAuthenticatorError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onOver(this);
    this.#reject(error);
  }

  expire(): void {
    this.#onExpire(this);
  }
}
