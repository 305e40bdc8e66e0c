// Look-ups by oid: those of one turn of the event loop share a script, as a pass over all live sessions makes thousands.

import type { Cookie } from "../../record/cookie.js";
import type { CookieUse } from "../cookie-reader.js";
import { decodeUse } from "../cookie-uses.js";
import { judgeRecord } from "./judge-record.js";
import { asBytes, asList, toValue } from "./known-state.js";
import { COOKIES_SCRIPT } from "./read-scripts.js";
import type { Reply, ValkeyClient } from "./valkey-client.js";
import type { ValkeyKeys } from "./valkey-keys.js";

/** Look-ups of one script: some 2 ms of the server's time. */
const AT_ONCE = 500;

interface Waiting {
  readonly oid: string;
  resolve(answer: Reply): void;
  reject(error: unknown): void;
}

export class OidLookUps {
  readonly #client: ValkeyClient;
  readonly #keys: ValkeyKeys;
  #waiting: Waiting[] = [];

  constructor(client: ValkeyClient, keys: ValkeyKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  /** @throws as `CookieReader.findUsed` */
  async find(
    oid: string,
  ): Promise<{ readonly cookie: Cookie; readonly use: CookieUse | undefined } | undefined> {
    const [stored, record, use] = asList(await this.#ask(oid)).map(asBytes);
    if (!stored || !record) return undefined;
    const cookie = judgeRecord(record, { value: toValue(stored, oid), oid });
    return { cookie, use: use ? decodeUse(use) : undefined };
  }

  #ask(oid: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      // After all microtasks: who asks for many in one go has asked for all of them by then.
      if (this.#waiting.length === 0) process.nextTick(() => this.#send());
      this.#waiting.push({ oid, resolve, reject });
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += AT_ONCE) void this.#sendSome(waiting.slice(at, at + AT_ONCE));
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    const { marks, start } = this.#keys;
    try {
      const args = [start, ...some.map(({ oid }) => oid)];
      const answers = asList(await this.#client.read(COOKIES_SCRIPT, [marks], args));
      for (const [at, one] of some.entries()) one.resolve(answers[at] ?? null);
    } catch (error) {
      for (const one of some) one.reject(error);
    }
  }
}
