// The configuration after loading: defaults filled in, paths absolute, secrets resolved.

import type { AuthenticatorPolicy } from "../authenticator/policy.js";
import type { Permission } from "../live/permissions.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import type { ProcedureRules } from "../procedures/procedure-rules.js";
import type { SessionPolicy } from "../session/session-policy.js";
import type { LmdbTarget, ValkeyTarget } from "../store/store-target.js";

/** How the component logs in to a router. Secrets are plain text here and shown nowhere. */
export type RouterLogin =
  | { readonly method: "anonymous" }
  | { readonly method: "ticket"; readonly authid: string; readonly secret: string }
  | { readonly method: "wampcra"; readonly authid: string; readonly secret: string }
  /** `privateKey`: 32 bytes Ed25519 seed as hex text. */
  | { readonly method: "cryptosign"; readonly authid?: string | undefined; readonly privateKey: string };

/** TLS towards a router, as PEM text. The router's certificate is always verified. */
export interface RouterTls {
  /** Own certificate authority instead of the system's. */
  readonly ca?: string | undefined;
  /** Client certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** WAMP registration policy when several instances register the same procedure. */
export type InvokePolicy = "single" | "roundrobin" | "random" | "first" | "last";

/** One router to attach to. */
export interface RouterConfig {
  /** Name in logs and in /readyz; the URL's host and port by default. */
  readonly name: string;
  readonly url: string;
  /** Realm to join: the `authenticator-realm` of the router's node configuration. */
  readonly realm: string;
  readonly login: RouterLogin;
  /** In order of preference. */
  readonly serializers: readonly ("cbor" | "json")[];
  readonly tls: RouterTls;
  /** URI under which the authenticator is registered. */
  readonly procedure: string;
  readonly invoke: InvokePolicy;
  /** Realms with our session procedures, live connections and events; none without `sessions`. */
  readonly sessionRealms: readonly string[];
  /** WebSocket pings: how often, and how long until a silent peer counts as dead. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Longest time for TCP, TLS, WebSocket handshake and WAMP join together. */
  readonly joinTimeoutMs: number;
  /** First and longest pause between tries; growing by half, with jitter. */
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

/** What both types of store have. */
interface StoreUse {
  readonly readOnly: boolean;
  /** Keep SHA-256 hashes of the cookie values; a store that has cookies keeps to what it was made with. */
  readonly hashValues: boolean;
}

/** A database of LMDB, Crossbar's or ours. */
export interface LmdbStoreConfig extends LmdbTarget, StoreUse {
  readonly hashValues: boolean;
}

/** A Valkey or Redis. A password is plain text here and shown nowhere. */
export interface ValkeyStoreConfig extends ValkeyTarget, StoreUse {
  readonly readOnly: boolean;
  readonly hashValues: boolean;
}

export type StoreConfig = LmdbStoreConfig | ValkeyStoreConfig;

/** `exclusive`: nobody else writes cookies into this database; `shared`: a Crossbar does. */
export type SessionMode = "shared" | "exclusive";

/** Sessions of our own: procedures, live connections, purge. */
export interface SessionsConfig extends ProcedureRules {
  readonly mode: SessionMode;
  readonly policy: SessionPolicy;
  /** A live connection counts as use of its session. */
  readonly liveIsUse: boolean;
  /** Pause between two purges; `undefined`: never. */
  readonly purgeIntervalMs: number | undefined;
  /** With mode `shared`: pause between two sweeps of the indexes. */
  readonly sweepIntervalMs: number;
  /** Pause between two looks whether the database has changed. */
  readonly checkIntervalMs: number;
  /** How long a client may take to leave before it is an alarm. */
  readonly leaveTimeoutMs: number;
  /** Publish events. */
  readonly events: boolean;
  /** Permissions of our dynamic authorizer; `undefined`: none is registered. */
  readonly authorizer: { readonly permissions: readonly Permission[] } | undefined;
}

/** Where an HTTP server listens. */
export interface ListenConfig {
  readonly host: string;
  readonly port: number;
}

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly format: "json" | "pretty";
  /** Key of the cookie fingerprints in the log; random for each process if absent. */
  readonly fingerprintKey: string | undefined;
  /** A line at level info for every decision, acceptances too. */
  readonly audit: boolean;
  /** How many denials and faults of one kind are written one by one. */
  readonly repeatLimit: RepeatLimit;
}

export interface Config {
  /** The file it came from. */
  readonly file: string;
  readonly store: StoreConfig;
  readonly policy: AuthenticatorPolicy;
  /** Length in characters of values that we make ourselves (6 bits each). */
  readonly cookieValueLength: number;
  readonly routers: readonly RouterConfig[];
  /** `undefined`: this component only reads. */
  readonly sessions: SessionsConfig | undefined;
  readonly health: ListenConfig | undefined;
  /** The same as `health`: one server for both. */
  readonly metrics: ListenConfig | undefined;
  readonly log: LogConfig;
  /** Crossbar's node configuration, to be checked with ours; absolute path. */
  readonly crossbarNode: string | undefined;
}
