// What a configuration that is loaded again changes: what takes effect at once, and what waits for a restart.

import { isDeepStrictEqual } from "node:util";
import type { Config, StoreConfig } from "../config/config.js";

/** The way from the configuration in force to one that was loaded after it. Keys are named as in the file. */
export interface ConfigChange {
  /** Keys whose new values take effect. */
  readonly changed: readonly string[];
  /** Keys whose old values stay until the next start. */
  readonly waiting: readonly string[];
  /** What is in force afterwards. */
  readonly config: Config;
}

/** What is opened, listened on or registered once; everything else can change. */
const FIXED: readonly (readonly [key: string, read: (config: Config) => unknown])[] = [
  ["sessions.mode", ({ sessions }) => sessions?.mode],
  ["sessions.prefix", ({ sessions }) => sessions?.prefix],
  ["sessions.authorizer", ({ sessions }) => sessions?.authorizer !== undefined],
  ["health", ({ health }) => health],
  ["metrics", ({ metrics }) => metrics],
  ["log.format", ({ log }) => log.format],
];

/** Whether there are sessions decides what else makes sense: the whole file waits, instead of half of it. */
const ALL_OR_NOTHING = "sessions";

export function toConfigChange(current: Config, next: Config): ConfigChange {
  if ((current.sessions === undefined) !== (next.sessions === undefined)) {
    return { changed: [], waiting: [ALL_OR_NOTHING], config: current };
  }
  const config: Config = {
    ...next,
    store: current.store,
    health: current.health,
    metrics: current.metrics,
    sessions: toSessions(current.sessions, next.sessions),
    log: { ...next.log, format: current.log.format },
  };
  const waiting = FIXED.filter(([, read]) => !isDeepStrictEqual(read(current), read(next))).map(
    ([key]) => key,
  );
  return {
    changed: findChanged(current, config),
    waiting: [...findStoreChanges(current.store, next.store), ...waiting],
    config,
  };
}

/** A store by the keys of the file. */
function toStoreKeys(store: StoreConfig): Readonly<Record<string, unknown>> {
  if (store.type === "lmdb") {
    const { maxSizeBytes: maxSize, ...keys } = store;
    return { ...keys, maxSize };
  }
  const { topology, login, timeoutMs: timeout, ...keys } = store;
  const { kind, ...sentinel } = topology;
  return { ...keys, ...login, topology: kind, sentinel, timeout };
}

/** The keys alone, never a value: one may be a password. */
function findStoreChanges(current: StoreConfig, next: StoreConfig): string[] {
  if (current.type !== next.type) return ["store.type"];
  return differing(toStoreKeys(current), toStoreKeys(next)).map((key) => `store.${key}`);
}

function toSessions(current: Config["sessions"], next: Config["sessions"]): Config["sessions"] {
  if (current === undefined || next === undefined) return current;
  const hasSameAuthorizer = (current.authorizer === undefined) === (next.authorizer === undefined);
  const authorizer = hasSameAuthorizer ? next.authorizer : current.authorizer;
  return { ...next, mode: current.mode, prefix: current.prefix, authorizer };
}

/** Keys of the policy whose names in the file are others. */
const KEYS: Readonly<Record<string, string>> = {
  cookieName: "cookie.name",
  maxLifetimeSeconds: "authenticator.maxLifetime",
  idleSeconds: "authenticator.idleTimeout",
};

function findChanged(current: Config, next: Config): string[] {
  return [
    ...differing(current.policy, next.policy).map((key) => KEYS[key] ?? `authenticator.${toFileKey(key)}`),
    ...differing(current.sessions ?? {}, next.sessions ?? {}).map((key) => `sessions.${toFileKey(key)}`),
    ...differing(current.log, next.log).map((key) => `log.${key}`),
    ...findChangedRouters(current, next),
  ];
}

/** Routers are known by their names; never a value, which may be a secret. */
function findChangedRouters({ routers: before }: Config, { routers: after }: Config): string[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  const find = (routers: Config["routers"], name: string) => routers.find((router) => router.name === name);
  return [...names]
    .filter((name) => !isDeepStrictEqual(find(before, name), find(after, name)))
    .map((name) => `routers (${name})`);
}

function differing(a: object, b: object): string[] {
  const left: Readonly<Record<string, unknown>> = { ...a };
  const right: Readonly<Record<string, unknown>> = { ...b };
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    (key) => !isDeepStrictEqual(left[key], right[key]),
  );
}

/** Times are in ms here and in seconds there. */
function toFileKey(key: string): string {
  return key.replace(/Ms$/, "");
}
