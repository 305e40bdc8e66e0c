// The public API: one explicit list.

export type { Authenticator, Caller, RouterAnswer } from "./authenticator/authenticator.js";
export type { AuthenticatorObserver, Decision } from "./authenticator/authenticator-observer.js";
export { type AuthenticatorOptions, createAuthenticator } from "./authenticator/create-authenticator.js";
export type { FailureLimits } from "./authenticator/failure-limiter.js";
export { createFingerprint, type Fingerprint } from "./authenticator/fingerprint.js";
export {
  type Denial,
  type DenialReason,
  isDenial,
  type Outcome,
  type Principal,
} from "./authenticator/outcome.js";
export { type AuthenticatorPolicy, DEFAULT_POLICY } from "./authenticator/policy.js";
export type { BucketSize } from "./authenticator/token-bucket.js";
export type {
  Config,
  LmdbStoreConfig,
  RouterConfig,
  RouterLogin,
  RouterTls,
  StoreConfig,
  ValkeyStoreConfig,
} from "./config/config.js";
export { type LoadedConfig, loadConfig } from "./config/load-config.js";
export { checkCrossbarNode } from "./crossbar-node/check-crossbar-node.js";
export { loadCrossbarNode } from "./crossbar-node/load-crossbar-node.js";
export type { NodeFinding } from "./crossbar-node/node-finding.js";
export { CookieAuthenticatorError, type ErrorCode, type ErrorDetails } from "./errors.js";
export { findForeignOrigin, type OriginPolicy } from "./http-headers/origin.js";
export { checkLifetime, type LifetimeEnd, type LifetimeLimits } from "./lifetime/lifetime.js";
export { createSteadyClock, type SteadyClock } from "./lifetime/steady-clock.js";
export type { LmdbInfo } from "./lmdb-reader/lmdb-info.js";
export { type LmdbReader, openLmdbReader } from "./lmdb-reader/lmdb-reader.js";
export type { LmdbEntry, LmdbSnapshot } from "./lmdb-reader/snapshot.js";
export { type LogLevel, setLogLevel } from "./log/log-level.js";
export { createLog, type Log } from "./log/logger.js";
export type { RepeatLimit } from "./log/repeat-windows.js";
export { createMetrics, type MetricDescription, type Metrics } from "./metrics/create-metrics.js";
export { buildCookie } from "./record/build-cookie.js";
export type { CborMap } from "./record/cbor-map.js";
export { Cookie, type CookieFields } from "./record/cookie.js";
export { isCookieValue, makeCookieValue } from "./record/cookie-value.js";
export type { JsonValue } from "./record/json-value.js";
export type { MetricsPage, MetricsState } from "./service/metrics-page.js";
export { createService, type Service, type ServiceOptions, type ServiceStatus } from "./service/service.js";
export type { SessionObserver, TouchResult, UpkeepRun } from "./service/session-observer.js";
export {
  createSessionService,
  type SessionService,
  type SessionServiceOptions,
  type SessionServiceStatus,
} from "./service/session-service.js";
export { CookieSessions, type CookieSessionsOptions } from "./session/cookie-sessions.js";
export type {
  Device,
  EndReason,
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
} from "./session/session.js";
export {
  type CookieAttributes,
  DEFAULT_SESSION_POLICY,
  type SessionPolicy,
} from "./session/session-policy.js";
export { type ConvertReport, convertStore } from "./store/convert/convert-store.js";
export type {
  CookieFilter,
  CookiePage,
  CookieReader,
  CookieUse,
  ListOptions,
  MaybePromise,
  NearCacheFigures,
  StoreChanges,
  StoreInfo,
  StoreMarks,
  UsedCookie,
} from "./store/cookie-reader.js";
export type { CookieStore, SweepReport } from "./store/cookie-store.js";
export type { CookieTransaction, CookieWriter } from "./store/cookie-writer.js";
export { buildNative, type NativeBuild } from "./store/lmdb/build-native.js";
export { initCookieStore } from "./store/lmdb/init-store.js";
export { createMemoryStore } from "./store/memory/memory-cookie-store.js";
export { type CookieStoreOptions, openCookieReader, openCookieStore } from "./store/open-store.js";
export { openValkeyStore } from "./store/open-valkey-store.js";
export type { LmdbTarget, StoreTarget, ValkeyTarget } from "./store/store-target.js";
export type {
  NearCacheOptions,
  ReplicaWait,
  ServerAddress,
  ServerLogin,
  ServerTls,
  ValkeyOptions,
  ValkeyTopology,
} from "./store/valkey/valkey-options.js";
export { repairStore } from "./store/verify/repair-store.js";
export type { VerifyReport } from "./store/verify/verify-report.js";
export { verifyStore } from "./store/verify/verify-store.js";
