// The model of the property test: sessions as a plain list, each rule written down once more, and as simply as can be.

import type { SessionPolicy } from "../../src/session/session-policy.js";

const NS = 1_000_000_000n;

export interface NaiveSession {
  readonly oid: string;
  value: string;
  readonly authid: string;
  authrole: string;
  authrealm: string;
  /** Nobody has logged in with it. */
  readonly isTracking: boolean;
  /** It wasn't made by a login. */
  readonly isForeign: boolean;
  scope: readonly string[];
  readonly createdNs: bigint;
  maxAge: number | undefined;
  readonly authTimeNs: bigint;
  readonly authCode: string | undefined;
  lastUsedNs: bigint | undefined;
}

export class NaiveSessions {
  all: NaiveSession[] = [];
  readonly #policy: SessionPolicy;

  constructor(policy: SessionPolicy) {
    this.#policy = policy;
  }

  endNs({ createdNs, maxAge }: NaiveSession): bigint | undefined {
    const lives = [maxAge, this.#policy.maxLifetimeSeconds].filter((seconds) => seconds !== undefined);
    return lives.length === 0 ? undefined : createdNs + BigInt(Math.min(...lives)) * NS;
  }

  lastNs({ createdNs, authTimeNs, lastUsedNs = 0n }: NaiveSession): bigint {
    return [createdNs, authTimeNs, lastUsedNs].reduce((a, b) => (a > b ? a : b), 0n);
  }

  stateOf(session: NaiveSession, nowNs: bigint): string {
    const { idleSeconds } = this.#policy;
    const endNs = this.endNs(session);
    if (session.isTracking) return "unauthenticated";
    if (endNs !== undefined && endNs <= nowNs) return "expired";
    if (idleSeconds !== undefined && this.lastNs(session) + BigInt(idleSeconds) * NS <= nowNs) return "idle";
    return session.createdNs > nowNs + 300n * NS ? "fromFuture" : "valid";
  }

  valid(nowNs: bigint): NaiveSession[] {
    return this.all.filter((session) => this.stateOf(session, nowNs) === "valid");
  }

  /** The valid session of a value or an oid. */
  find(key: { readonly value: string } | { readonly oid: string }, nowNs: bigint): NaiveSession | undefined {
    return this.valid(nowNs).find((session) =>
      "value" in key ? session.value === key.value : session.oid === key.oid,
    );
  }

  /** Removes those that fit, and says which these were. */
  remove(fits: (session: NaiveSession) => boolean): NaiveSession[] {
    const removed = this.all.filter(fits);
    this.all = this.all.filter((session) => !fits(session));
    return removed;
  }

  /** Who must go before one more; `undefined`: it is refused. */
  excess(authid: string, authrealm: string, nowNs: bigint): NaiveSession[] | undefined {
    const { perUser } = this.#policy;
    const own = this.valid(nowNs).filter(
      (session) => session.authid === authid && session.authrealm === authrealm,
    );
    if (perUser === undefined || own.length < perUser.limit) return [];
    if (perUser.beyond === "refuse") return undefined;
    const byAge = own.sort((a, b) =>
      a.createdNs < b.createdNs || (a.createdNs === b.createdNs && a.oid < b.oid) ? -1 : 1,
    );
    return byAge.slice(0, own.length - perUser.limit + 1);
  }

  cap(seconds: number | null): number | undefined {
    const cap = this.#policy.maxLifetimeSeconds;
    return seconds === null ? cap : Math.min(seconds, cap ?? seconds);
  }
}
