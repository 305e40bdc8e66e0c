// The property of CookieSessions, one suite that runs on every store: whatever is done, it answers as a plain list would.

import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createSteadyClock, type SteadyClock } from "../../src/lifetime/steady-clock.js";
import { CookieSessions } from "../../src/session/cookie-sessions.js";
import type { Session, SessionKey } from "../../src/session/session.js";
import { DEFAULT_SESSION_POLICY, type SessionPolicy } from "../../src/session/session-policy.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { type NaiveSession, NaiveSessions } from "./naive-sessions.js";
import { NS, START_NS } from "./scene.js";
import {
  type Operation,
  operationArbitrary,
  rulesArbitrary,
  type TimedOperation,
} from "./session-operations.js";

const seconds = (ns: bigint): number => Number(ns / NS);

/** @param openStore an empty store for each run, closed afterwards */
export function describeSessions(
  name: string,
  openStore: () => Promise<CookieStore>,
  { numRuns = 100 }: { readonly numRuns?: number } = {},
): void {
  describe(`CookieSessions: ${name}`, () => {
    test("any operations, with foreign writes and clocks that jump: the answers of a plain list", async () => {
      await fc.assert(
        fc.asyncProperty(
          rulesArbitrary,
          fc.array(operationArbitrary, { maxLength: 40, size: "max" }),
          async (rules, operations) => {
            const store = await openStore();
            try {
              const run = new Run(store, { ...DEFAULT_SESSION_POLICY, ...rules } as SessionPolicy);
              for (const operation of operations) await run.step(operation);
            } finally {
              await store.close();
            }
          },
        ),
        { numRuns },
      );
    }, 120_000);
  });
}

/** What one process would have. */
interface Instance {
  readonly sessions: CookieSessions;
  readonly clock: SteadyClock;
}

/** One run: the sessions and the model, side by side. */
class Run {
  readonly #store: CookieStore;
  readonly #policy: SessionPolicy;
  readonly #model: NaiveSessions;
  readonly #instances: readonly Instance[];
  /** Every value and oid that was ever given out. */
  readonly #known: { readonly oid: string; readonly value: string }[] = [];
  /** Oids that were seen to have ended by time: they never come back. */
  readonly #ended = new Set<string>();
  #wallNs = START_NS;
  #markNs = 0n;

  constructor(store: CookieStore, policy: SessionPolicy) {
    this.#store = store;
    this.#policy = policy;
    this.#model = new NaiveSessions(policy);
    // The second clock is two seconds behind.
    this.#instances = [0n, 2n].map((behind) => {
      const clock = createSteadyClock(() => this.#wallNs - behind * NS);
      return { sessions: new CookieSessions({ store, policy, clock }), clock };
    });
  }

  async step({ instance, stepMs, operation }: TimedOperation): Promise<void> {
    this.#wallNs += BigInt(stepMs) * 1_000_000n;
    const { sessions, clock } = this.#instances[instance] as Instance;
    let nowNs = clock.nowNs();
    // What others have seen is known by the store alone: nobody tells this instance.
    if (nowNs < this.#markNs) nowNs = this.#markNs;
    await this.#apply(sessions, operation, nowNs);
    await this.#compare(sessions, nowNs);
    const { clockNs } = await this.#store.reader.marks();
    expect(clockNs).toBeGreaterThanOrEqual(this.#markNs);
    expect(clockNs).toBeLessThanOrEqual(nowNs);
    this.#markNs = clockNs;
  }

  async #apply(sessions: CookieSessions, operation: Operation, nowNs: bigint): Promise<void> {
    const model = this.#model;
    switch (operation.kind) {
      case "login":
        return this.#login(sessions, operation, nowNs);
      case "getUser": {
        const { scope, maxAuthAgeSeconds, authCode, authrealm } = operation;
        const key = this.#key(operation);
        const user = await sessions.getUser(key, { scope, maxAuthAgeSeconds, authCode }, { authrealm });
        const found = model.find(key, nowNs);
        const isUser =
          found !== undefined &&
          (scope ?? []).every((word) => found.scope.includes(word)) &&
          (maxAuthAgeSeconds === undefined || nowNs - found.authTimeNs <= BigInt(maxAuthAgeSeconds) * NS) &&
          found.authCode === authCode &&
          (authrealm === undefined || authrealm === found.authrealm);
        expect(user).toEqual(isUser ? this.#toSession(found) : null);
        return;
      }
      case "update": {
        const { scope, maxAgeSeconds } = operation;
        const key = this.#key(operation);
        const updated = await sessions.update(key, { scope, maxAgeSeconds });
        const found = model.find(key, nowNs);
        if (found !== undefined && scope !== undefined) found.scope = scope;
        if (found !== undefined && maxAgeSeconds !== undefined) {
          const age = nowNs > found.createdNs ? seconds(nowNs - found.createdNs) : 0;
          found.maxAge = model.cap(maxAgeSeconds === null ? null : age + maxAgeSeconds);
        }
        expect(updated).toEqual(found === undefined ? null : this.#toSession(found));
        return;
      }
      case "rotate":
        return this.#rotate(sessions, operation, nowNs);
      case "touch": {
        const key = this.#key(operation);
        const isWritten = await sessions.touch(key);
        const found = model.find(key, nowNs);
        const { touchSeconds, idleSeconds } = this.#policy;
        const intervalNs = BigInt(Math.min(touchSeconds, (idleSeconds ?? Number.POSITIVE_INFINITY) / 4)) * NS;
        const isDue = found !== undefined && nowNs - model.lastNs(found) >= intervalNs;
        if (isDue) found.lastUsedNs = nowNs;
        expect(isWritten).toBe(isDue);
        return;
      }
      case "logout": {
        const key = this.#key(operation);
        const { authrealm } = operation;
        const isEnded = await sessions.logout(key, { authrealm });
        const removed = model.remove(
          (session) =>
            ("value" in key ? session.value === key.value : session.oid === key.oid) &&
            !session.isTracking &&
            (authrealm === undefined || session.authrealm === authrealm),
        );
        expect(isEnded).toBe(removed.length === 1);
        return;
      }
      case "logoutUser":
      case "deleteAll": {
        const { authrealm } = operation;
        const exceptOid = operation.except === undefined ? undefined : this.#pick(operation.except).oid;
        const removed = model.remove(
          (session) =>
            !session.isTracking &&
            session.oid !== exceptOid &&
            (authrealm === undefined || session.authrealm === authrealm) &&
            (operation.kind === "deleteAll" || session.authid === operation.authid),
        );
        if (operation.kind === "deleteAll") {
          expect(await sessions.deleteAll({ authrealm, exceptOid })).toBe(removed.length);
        } else {
          const ended = await sessions.logoutUser({ authid: operation.authid, authrealm, exceptOid });
          expect(ended.sort()).toEqual(removed.map(({ oid }) => oid).sort());
        }
        return;
      }
      case "purge": {
        const { purged } = await sessions.purge();
        const isOver = ({ createdNs, maxAge }: NaiveSession): boolean =>
          maxAge !== undefined && createdNs + BigInt(maxAge) * NS <= nowNs;
        expect(purged).toBe(model.remove(isOver).length);
        return;
      }
      case "foreignPut":
        return this.#foreignPut(operation);
      case "foreignDelete": {
        const { oid } = this.#pick(operation.pick);
        const isGone = await this.#store.writer.write((transaction) => transaction.delete(oid));
        expect(isGone).toBe(model.remove((session) => session.oid === oid).length === 1);
        return;
      }
    }
  }

  async #login(
    sessions: CookieSessions,
    operation: Extract<Operation, { kind: "login" }>,
    nowNs: bigint,
  ): Promise<void> {
    const model = this.#model;
    const { presented, authAgeSeconds, kind: _, ...request } = operation;
    const { authid, authrealm, authCode, scope = [], maxAgeSeconds } = operation;
    const authTimeNs = authAgeSeconds === undefined ? nowNs : nowNs - BigInt(authAgeSeconds) * NS;
    const presentedValue = presented === undefined ? undefined : this.#pick(presented).value;
    const before = model.all;
    const replaced = model.remove(({ value, isTracking }) => value === presentedValue && !isTracking);
    const excess = model.excess(authid, authrealm, nowNs);
    const login = sessions.login({
      ...request,
      authrole: "user",
      authTime: Number(authTimeNs / 1_000_000n) / 1000,
      presentedValue,
    });
    if (excess === undefined) {
      model.all = before;
      await expect(login).rejects.toMatchObject({ code: "ERR_SESSION_LIMIT" });
      return;
    }
    model.remove((session) => excess.includes(session));
    const { session, value, setCookie, endedOids } = await login;
    expect(endedOids).toEqual([...replaced, ...excess].map(({ oid }) => oid));
    const made: NaiveSession = {
      oid: session.oid,
      value,
      authid,
      authrole: "user",
      authrealm,
      isTracking: false,
      isForeign: false,
      scope,
      createdNs: nowNs,
      maxAge: model.cap(maxAgeSeconds === undefined ? this.#policy.maxAgeSeconds : maxAgeSeconds),
      authTimeNs,
      authCode,
      lastUsedNs: undefined,
    };
    expect(this.#known.some((known) => known.oid === made.oid || known.value === value)).toBe(false);
    model.all.push(made);
    this.#known.push({ oid: made.oid, value });
    expect(session).toEqual(this.#toSession(made));
    expect(setCookie).toContain(`cbtid=${value}; Max-Age=${made.maxAge ?? 34_560_000};`);
  }

  async #rotate(
    sessions: CookieSessions,
    operation: Extract<Operation, { kind: "rotate" }>,
    nowNs: bigint,
  ): Promise<void> {
    const model = this.#model;
    const key = this.#key(operation);
    const found = model.find(key, nowNs);
    const authrealm = operation.authrealm ?? found?.authrealm ?? "";
    const isMoved = found !== undefined && authrealm !== found.authrealm;
    const excess = isMoved ? model.excess(found.authid, authrealm, nowNs) : [];
    const rotate = sessions.rotate(key, { authrealm: operation.authrealm });
    if (found === undefined) {
      expect(await rotate).toBeNull();
      return;
    }
    if (excess === undefined) {
      await expect(rotate).rejects.toMatchObject({ code: "ERR_SESSION_LIMIT" });
      return;
    }
    model.remove((session) => excess.includes(session));
    const rotated = await rotate;
    found.authrealm = authrealm;
    found.value = rotated?.value ?? "";
    expect(this.#known.some(({ value }) => value === found.value)).toBe(false);
    this.#known.push({ oid: found.oid, value: found.value });
    expect(rotated?.session).toEqual(this.#toSession(found));
    expect(rotated?.endedOids).toEqual(excess.map(({ oid }) => oid));
  }

  /** As Crossbar writes: whole records, not through `CookieSessions`, and no time left in the store. */
  async #foreignPut(operation: Extract<Operation, { kind: "foreignPut" }>): Promise<void> {
    const { over, authid, authrealm, isTracking, aheadSeconds, maxAgeSeconds } = operation;
    const oid = over === undefined ? randomUUID() : this.#pick(over).oid;
    const value = `foreign-${randomUUID()}`;
    const createdNs = this.#wallNs + BigInt(aheadSeconds) * NS;
    await this.#store.writer.write((transaction) =>
      transaction.put({
        oid,
        value: transaction.toStoredValue(value),
        createdNs,
        maxAgeSeconds,
        ...(isTracking ? {} : { authid, authrole: "user", authrealm }),
      }),
    );
    const [replaced] = this.#model.remove((session) => session.oid === oid);
    this.#model.all.push({
      oid,
      value,
      authid,
      authrole: "user",
      authrealm,
      isTracking,
      isForeign: true,
      scope: [],
      createdNs,
      maxAge: maxAgeSeconds,
      authTimeNs: createdNs,
      authCode: undefined,
      lastUsedNs: replaced?.lastUsedNs,
    });
    this.#known.push({ oid, value });
    this.#ended.delete(oid);
  }

  /** All that there is, after each step. */
  async #compare(sessions: CookieSessions, nowNs: bigint): Promise<void> {
    const seen: Session[] = [];
    for await (const session of sessions.iterate({ isComplete: true, limit: 3 })) seen.push(session);
    const valid = this.#model.valid(nowNs);
    const byOid = (a: { oid: string }, b: { oid: string }): number => (a.oid < b.oid ? -1 : 1);
    expect(seen).toEqual(valid.map((session) => this.#toSession(session)).sort(byOid));
    for (const { oid } of seen) expect(this.#ended.has(oid)).toBe(false);
    const states: Record<string, number> = {
      valid: 0,
      expired: 0,
      idle: 0,
      fromFuture: 0,
      unauthenticated: 0,
    };
    for (const session of this.#model.all) {
      const state = this.#model.stateOf(session, nowNs);
      states[state] = (states[state] ?? 0) + 1;
      if (state === "expired" || state === "idle") this.#endedBy(session.oid, nowNs);
    }
    expect(await sessions.stats()).toMatchObject({ ...states, records: this.#model.all.length, damaged: 0 });
  }

  /** Another instance whose clock is behind may not know yet; from the time that is in the store on all do. */
  #endedBy(oid: string, nowNs: bigint): void {
    if (nowNs <= this.#markNs) this.#ended.add(oid);
  }

  #pick(at: number): { readonly oid: string; readonly value: string } {
    const nobody = { oid: "00000000-0000-4000-8000-000000000000", value: "nobody's" };
    return this.#known[at % (this.#known.length + 1)] ?? nobody;
  }

  #key(operation: { readonly pick: number; readonly by: "value" | "oid" }): SessionKey {
    const { oid, value } = this.#pick(operation.pick);
    return operation.by === "value" ? { value } : { oid };
  }

  #toSession(session: NaiveSession): Session {
    const { idleSeconds } = this.#policy;
    const endNs = this.#model.endNs(session);
    return {
      oid: session.oid,
      authid: session.authid,
      authrole: session.authrole,
      authrealm: session.authrealm,
      authmethod: session.isForeign ? undefined : "cookie",
      scope: session.scope,
      created: seconds(session.createdNs),
      authTime: seconds(session.authTimeNs),
      expires: endNs === undefined ? null : seconds(endNs),
      idleExpires:
        idleSeconds === undefined ? null : seconds(this.#model.lastNs(session) + BigInt(idleSeconds) * NS),
      lastUsed: session.lastUsedNs === undefined ? null : seconds(session.lastUsedNs),
      peer: undefined,
      userAgent: undefined,
      lastPeer: undefined,
      lastUserAgent: undefined,
    };
  }
}
