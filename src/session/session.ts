// A session as the interface shows it: a checked cookie without its value. Times in whole seconds since 1970 UTC.

/** One cookie session. Never holds the value. */
export interface Session {
  /** The cookie record's id, UUID text. No secret: it opens nothing. */
  readonly oid: string;
  readonly authid: string;
  readonly authrole: string;
  readonly authrealm: string;
  /** How the user logged in, as `login` was told. */
  readonly authmethod: string | undefined;
  /** The granted scope; an empty list if none was given. */
  readonly scope: readonly string[];
  /** When the session began, and when the user last proved who it is. */
  readonly created: number;
  readonly authTime: number;
  /** The absolute end; `null`: never. */
  readonly expires: number | null;
  /** The end if it isn't used until then; `null`: no idle time-out is configured. */
  readonly idleExpires: number | null;
  /** `null`: never used since the login. */
  readonly lastUsed: number | null;
  /** Where it was made. */
  readonly peer: string | undefined;
  readonly userAgent: string | undefined;
  /** Where it was last used. */
  readonly lastPeer: string | undefined;
  readonly lastUserAgent: string | undefined;
}

/** What the outside tells about the device of a login or a use. Longer texts are cut. */
export interface Device {
  /** The client's address, e.g. `tcp4:192.0.2.1:50000`. */
  readonly peer?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** The keys of the operation `login`. */
export interface LoginRequest {
  readonly authid: string;
  readonly authrole: string;
  readonly authrealm: string;
  readonly authmethod?: string | undefined;
  /** Blank-separated text or a list of words without blanks. */
  readonly scope?: string | readonly string[] | undefined;
  /** Lifetime in seconds; `null`: never expires; absent: the configured one. Capped by the configured longest life. */
  readonly maxAgeSeconds?: number | null | undefined;
  /** When the user proved who it is, seconds since 1970; now by default, never in the future. */
  readonly authTime?: number | undefined;
  /** Bound to the session: `getUser` must be given the same one. Only its SHA-256 is stored. */
  readonly authCode?: string | undefined;
  readonly authextra?: { readonly [key: string]: unknown } | undefined;
  readonly device?: Device | undefined;
  /** The cookie value that the client presented, if any: its session ends (R-20, no session fixation). */
  readonly presentedValue?: string | undefined;
}

/** A new session with its value, shown this once. */
export interface IssuedSession {
  readonly session: Session;
  /** The cookie value: the secret. */
  readonly value: string;
  /** The `Set-Cookie` header for it (RFC 6265bis). Holds the value. */
  readonly setCookie: string;
  /** The session that was ended for it: the one presented, and the oldest ones beyond the limit for a user. */
  readonly endedOids: readonly string[];
}

/** Names one session: by the value that a client presents, or by its oid. */
export type SessionKey = { readonly value: string } | { readonly oid: string };

/** Binds an operation to one realm: sessions of others are as if they weren't there. */
export interface RealmLimit {
  readonly authrealm?: string | undefined;
}

/** The keys that `update` takes, and no others. */
export interface SessionChanges {
  readonly scope?: string | readonly string[] | undefined;
  /** A new lifetime in seconds from now; `null`: never. Still capped by the longest life from `created`. */
  readonly maxAgeSeconds?: number | null | undefined;
}

/** What `getUser` asks of a session beyond being valid. */
export interface UserRequirements {
  /** All of these must be granted. */
  readonly scope?: string | readonly string[] | undefined;
  /** The user must have proved who it is within this many seconds. */
  readonly maxAuthAgeSeconds?: number | undefined;
  /** Needed if, and only if, the login was given one. */
  readonly authCode?: string | undefined;
}

/** Which sessions `list` shows. */
export interface SessionListOptions extends RealmLimit {
  /** Those of one user; compared byte for byte. */
  readonly authid?: string | undefined;
  /** How many records are looked at, 1 to 1000; 100 by default. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  /** Also those that Crossbar wrote since the last sweep: looks at all records where it shares the database. */
  readonly isComplete?: boolean | undefined;
}

/** One page of valid sessions. It may be short, even empty, and have a `next`: records that don't fit were looked at. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly next: string | undefined;
}

export interface PurgeReport {
  /** Records removed. */
  readonly purged: number;
  /** Write transactions that it took. */
  readonly batches: number;
}

/** How many records there are of each kind, and the valid sessions by realm and by role. */
export interface SessionStats {
  readonly records: number;
  readonly valid: number;
  readonly expired: number;
  readonly idle: number;
  readonly fromFuture: number;
  readonly unauthenticated: number;
  readonly damaged: number;
  readonly byRealm: { readonly [authrealm: string]: number };
  readonly byRole: { readonly [authrole: string]: number };
  /** How far the wall clock is behind the highest time seen, in seconds; 0 as a rule. */
  readonly clockBehindSeconds: number;
}

/** Why a session ended. The text goes to events, logs and the client's GOODBYE. */
export type EndReason =
  | "logout"
  | "logout-user" // everywhere, or all but one
  | "replaced" // a login with its value in hand
  | "session-limit" // a newer login of the same user
  | "delete-all"
  | "purge";

/** A change of one session, after it is durable. Never holds a value. */
export interface SessionEvent {
  readonly kind: "login" | "logout" | "update" | "purge";
  readonly oid: string;
  readonly authid: string;
  readonly authrealm: string;
  /** An `EndReason`, or for updates `update` or `rotate`, or `login`. */
  readonly reason: EndReason | "login" | "update" | "rotate";
  /** Seconds since 1970 UTC. */
  readonly time: number;
}
