// The cookie stores of the node, where one of them should be our database.

import { resolve } from "node:path";
import type { Config, LmdbStoreConfig } from "../config/config.js";
import { isJsonObject, type JsonObject, toObject, toText } from "../config/json-object.js";
import { checkTrackingCookie, crossbarCookieName } from "./check-tracking-cookie.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Crossbar's `maxsize` where none is given, in bytes (crossbar/router/cookiestore.py). */
const CROSSBAR_MAXSIZE = 1024 * 2 ** 20;

/** Findings about `cookie` blocks. */
export function checkCookieStores(scene: NodeScene): NodeFinding[] {
  const { store } = scene.config;
  return store.type === "lmdb" ? checkDatabases(scene, store) : checkNoDatabases(scene);
}

/** No cookie of Crossbar's can be in a store on Valkey or Redis: logins here are none for us, and our name is ours. */
function checkNoDatabases({ transports, config }: NodeScene): NodeFinding[] {
  const { cookieName } = config.policy;
  return transports.flatMap(({ settings, path }): NodeFinding[] => {
    if (!isJsonObject(settings.cookie)) return [];
    const finding = { kind: "cookie-store-path", level: "warning", path: `${path}.cookie` } as const;
    if (crossbarCookieName(settings.cookie) === cookieName) {
      return [
        {
          ...finding,
          message:
            `no cookie of Crossbar's is in our store, which isn't on LMDB: the one that it makes here is called ` +
            `${cookieName} too, and takes the place of ours in the browser`,
          hint: "drop `cookie` here: the component or a web application makes the cookies; or give it another name",
        },
      ];
    }
    if (!hasLogins(settings)) return [];
    return [
      {
        ...finding,
        message:
          "Crossbar keeps these logins itself, and the component looks on Valkey or Redis: every cookie of this " +
          "transport is refused",
        hint: "let users log in by the procedures or over HTTP (docs/guides/moving-to-valkey.md)",
      },
    ];
  });
}

/** Whether users log in here: by `cookie` they are logged in already, and `anonymous` names nobody. */
function hasLogins({ auth }: JsonObject): boolean {
  return Object.keys(toObject(auth)).some((method) => method !== "cookie" && method !== "anonymous");
}

function checkDatabases(
  { transports, config, nodeDirectory }: NodeScene,
  ours: LmdbStoreConfig,
): NodeFinding[] {
  const findings: NodeFinding[] = [];
  const others: string[] = [];
  let shared = false;

  for (const { settings, path } of transports) {
    if (!isJsonObject(settings.cookie)) continue;
    const store = toObject(settings.cookie.store);
    if (store.type !== "database") {
      findings.push({
        kind: "cookie-store-type",
        level: "warning",
        path: `${path}.cookie.store.type`,
        message: "cookies made here are kept in no database, so this component doesn't know them",
        hint: 'use {"type": "database", "path": …} if they are to be accepted',
      });
    } else if (resolve(nodeDirectory, toText(store.path) ?? "") !== ours.path) {
      others.push(`${path}.cookie.store.path`);
    } else {
      shared = true;
      findings.push(
        ...checkSharedStore(store, `${path}.cookie.store`, config, ours),
        ...checkTrackingCookie(settings.cookie, `${path}.cookie`, config),
      );
    }
  }
  if (!shared && others.length > 0) {
    findings.push({
      kind: "cookie-store-path",
      level: "warning",
      path: others[0] ?? "",
      message: `no cookie store of this node is our store.path, ${ours.path}`,
      hint: `Crossbar's paths begin at ${nodeDirectory}, ours at ${config.file}`,
    });
  }
  return findings;
}

function checkSharedStore(
  store: JsonObject,
  path: string,
  config: Config,
  ours: LmdbStoreConfig,
): NodeFinding[] {
  const findings: NodeFinding[] = [];
  const maxsize = typeof store.maxsize === "number" ? store.maxsize : CROSSBAR_MAXSIZE;
  if (!ours.readOnly && maxsize < ours.maxSizeBytes) {
    findings.push({
      kind: "cookie-store-maxsize",
      level: "error",
      path: `${path}.maxsize`,
      message:
        `Crossbar's limit of ${maxsize} bytes is below our store.maxSize of ${ours.maxSizeBytes}: ` +
        "once we write past it, the router goes down",
      hint: `set store.maxSize to ${maxsize}, or raise maxsize and restart the router`,
    });
  }
  findings.push(...checkSharing(config, `${path}.path`));
  if (store.purge_on_startup === true) {
    findings.push({
      kind: "cookie-store-purge",
      level: "warning",
      path: `${path}.purge_on_startup`,
      message:
        "the router deletes all cookies at each start and makes the database anew in LMDB's format 1.0",
      hint: "drop it: this component then keeps its format 0.9, and users their sessions",
    });
  }
  if (store.sync === false) {
    findings.push({
      kind: "cookie-store-sync",
      level: "warning",
      path: `${path}.sync`,
      message:
        "the router doesn't sync its writes: a power failure loses logins, and may damage the database",
      hint: "drop it: Crossbar syncs by default",
    });
  }
  return findings;
}

/** What rests on nobody else writing cookies into our database, where this Crossbar does. */
function checkSharing({ store, sessions }: Config, path: string): NodeFinding[] {
  if (store.hashValues) {
    // S-07: Crossbar looks for values and finds hashes, so that it makes every browser a new cookie.
    return [
      {
        kind: "cookie-store-hashed",
        level: "error",
        path,
        message:
          "is our store.path, where store.hashValues keeps hashes: Crossbar finds none of its cookies there",
        hint: 'give Crossbar a cookie store of its own, or set store.hashValues to false and sessions.mode to "shared"',
      },
    ];
  }
  if (sessions?.mode !== "exclusive") return [];
  return [
    {
      kind: "cookie-store-exclusive",
      level: "error",
      path,
      message:
        'is our store.path, which sessions.mode "exclusive" says that nobody else writes: what Crossbar writes ' +
        "there would be missing from our indexes, so that log-outs would miss it",
      hint: 'set sessions.mode to "shared", or give Crossbar a cookie store of its own',
    },
  ];
}
