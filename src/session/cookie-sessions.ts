// CookieSessions: the operations on cookie sessions, each in a file of its own.

import { createSteadyClock, type SteadyClock } from "../lifetime/steady-clock.js";
import { makeCookieValue } from "../record/cookie-value.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";
import type { CookieWriter } from "../store/cookie-writer.js";
import { checkPolicy } from "./check-policy.js";
import { findSession, getUser } from "./get-user.js";
import { iterateSessions, listSessions } from "./list.js";
import { login } from "./login.js";
import { logout } from "./logout.js";
import { type DeleteAllOptions, deleteAll, type LogoutUserOptions, logoutUser } from "./logout-all.js";
import { type PurgeOptions, purgeSessions } from "./purge.js";
import { type RotateChanges, rotateSession } from "./rotate.js";
import type {
  Device,
  IssuedSession,
  LoginRequest,
  PurgeReport,
  RealmLimit,
  Session,
  SessionChanges,
  SessionEvent,
  SessionKey,
  SessionListOptions,
  SessionPage,
  SessionStats,
  UserRequirements,
} from "./session.js";
import type { SessionContext } from "./session-context.js";
import { createNotifier } from "./session-events.js";
import { DEFAULT_SESSION_POLICY, type SessionPolicy } from "./session-policy.js";
import { toClearCookie } from "./set-cookie.js";
import { countSessions } from "./stats.js";
import { isTouchWanted, touchSession } from "./touch.js";
import { updateSession } from "./update.js";
import { createUseWriter, type UseWriter } from "./use-writer.js";

export interface CookieSessionsOptions {
  readonly store: { readonly reader: CookieReader; readonly writer: CookieWriter };
  /** Rules that differ from `DEFAULT_SESSION_POLICY`. */
  readonly policy?: Partial<SessionPolicy> | undefined;
  /** The system's clock by default. Share one clock among all that judge lifetimes in a process. */
  readonly clock?: SteadyClock | undefined;
  /** Called for each change after it is durable. What it throws, or rejects with, is dropped. */
  readonly onChange?: ((event: SessionEvent) => unknown) | undefined;
}

/**
 * Cookie sessions in a cookie database: log in, log out, who is this.
 *
 * Each operation takes a realm as its last argument: bound to it, sessions of other realms are as if they weren't there.
 * What an operation has answered is on disk. All methods may reject with `ERR_SESSION_ARGUMENT` (`details.field` says
 * which) and with the store's faults.
 *
 * @example
 * const sessions = new CookieSessions({ store: await openCookieStore({ path, maxSizeBytes, sessions: { mode: "shared" } }) });
 * const { setCookie } = await sessions.login({ authid: "joe", authrole: "user", authrealm: "realm1" });
 * const session = await sessions.getUser({ value }); // null: nobody
 */
export class CookieSessions {
  readonly #context: SessionContext;
  readonly #uses: UseWriter;

  /** @throws `ERR_SESSION_ARGUMENT` if the policy is weak or contradicts itself */
  constructor(options: CookieSessionsOptions) {
    const { store, clock = createSteadyClock() } = options;
    const policy = { ...DEFAULT_SESSION_POLICY, ...options.policy };
    checkPolicy(policy);
    const notify = createNotifier(options.onChange);
    this.#context = { reader: store.reader, writer: store.writer, policy, clock, notify };
    this.#uses = createUseWriter(this.#context, (found, nowNs) => isTouchWanted(found, policy, nowNs));
  }

  get policy(): SessionPolicy {
    return this.#context.policy;
  }

  /**
   * A new session with a new value; the one of `presentedValue` ends in the same transaction.
   *
   * @throws `ERR_SESSION_ROLE`, `ERR_SESSION_LIMIT`: nothing is changed
   */
  login(request: LoginRequest, limit: RealmLimit = {}): Promise<IssuedSession> {
    return login(this.#context, request, limit);
  }

  /**
   * The session, if it is valid, its role and realm may still be given, all words of the scope are granted, the login
   * is young enough, and the authCode is right: one that is bound must be given, and one that is given must be bound.
   * Else `null`, without a word why.
   */
  getUser(
    key: SessionKey,
    requirements: UserRequirements = {},
    limit: RealmLimit = {},
  ): Promise<Session | null> {
    return getUser(this.#context, key, requirements, limit);
  }

  /** The valid session of a key, for who manages sessions: neither authCode nor allowed roles are asked. */
  find(key: SessionKey, limit: RealmLimit = {}): Promise<Session | undefined> {
    return findSession(this.#context, key, limit);
  }

  /** Changes scope and lifetime; `null` if there is no such session, or it has ended. */
  update(key: SessionKey, changes: SessionChanges, limit: RealmLimit = {}): Promise<Session | null> {
    return updateSession(this.#context, key, changes, limit);
  }

  /**
   * The same session under a new value, and with another role or realm where they are given; `null` if there is none.
   *
   * @throws `ERR_SESSION_ROLE`, `ERR_SESSION_LIMIT`: nothing is changed
   */
  rotate(
    key: SessionKey,
    changes: RotateChanges = {},
    limit: RealmLimit = {},
  ): Promise<IssuedSession | null> {
    return rotateSession(this.#context, key, changes, limit);
  }

  /**
   * Notes a use; writes at most once per cookie and interval. Whether something was written.
   *
   * @param known what a look-up of just now has found under this key: it isn't looked up again
   */
  touch(key: SessionKey, device?: Device, limit: RealmLimit = {}, known?: UsedCookie): Promise<boolean> {
    return touchSession(this.#context, this.#uses, key, device, limit, known);
  }

  /** Ends a session. `false`: there was none, which is no error. */
  logout(key: SessionKey, limit: RealmLimit = {}): Promise<boolean> {
    return logout(this.#context, key, limit);
  }

  /** Ends all sessions of a user, or all but one; the oids of those that were ended. */
  logoutUser(options: LogoutUserOptions): Promise<string[]> {
    return logoutUser(this.#context, options);
  }

  /** Ends all sessions, or all but one; how many. */
  deleteAll(options: DeleteAllOptions = {}): Promise<number> {
    return deleteAll(this.#context, options);
  }

  /** Removes what is past its expiry. */
  purge(options: PurgeOptions = {}): Promise<PurgeReport> {
    return purgeSessions(this.#context, options);
  }

  /** One page of valid sessions. */
  list(options: SessionListOptions = {}): Promise<SessionPage> {
    return listSessions(this.#context, options);
  }

  /** All valid sessions, read page by page. */
  iterate(options: Omit<SessionListOptions, "after"> = {}): AsyncGenerator<Session, void, undefined> {
    return iterateSessions(this.#context, options);
  }

  /** How many records of each kind there are: reads all of them. */
  stats(): Promise<SessionStats> {
    return countSessions(this.#context);
  }

  /** A new value of the configured length, as `login` makes them. */
  makeCookieValue(): string {
    return makeCookieValue(this.#context.policy.valueLength);
  }

  /** The Set-Cookie header that removes the cookie from a browser. */
  clearCookie(): string {
    return toClearCookie(this.#context.policy);
  }
}
