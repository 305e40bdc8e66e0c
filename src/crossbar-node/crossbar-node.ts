// Crossbar's node configuration as we read it: any JSON, from which the parts that concern us are picked.

import { type JsonObject, toArray, toObject, toText } from "../config/json-object.js";
import { toKeyPath } from "../json-schema/key-problem.js";

/** One place where WAMP clients can join: a WebSocket or RawSocket transport, or a path of one. */
export interface NodeTransport {
  /** Key path of `settings`. */
  readonly path: string;
  /** The object with `auth`, `cookie` and `options`. */
  readonly settings: JsonObject;
  /** TCP port, if it is given as a number. */
  readonly port: number | undefined;
  /** Path of the URL without slashes at its ends; `undefined` if every path leads here. */
  readonly urlPath: string | undefined;
  /** The listening endpoint; empty if the file has none. */
  readonly endpoint: JsonObject;
  /** Key path of `endpoint`. */
  readonly endpointPath: string;
  /** Index of its worker: realms of two router workers are two realms, even with one name. */
  readonly worker: number;
  readonly isRawSocket: boolean;
  /** Whether TLS, if it has any, breaks off handshakes with ALPN, which all browsers offer (seen in Crossbar 26.10.1). */
  readonly refusesAlpn: boolean;
}

type Keys = readonly (string | number)[];

/** All transports of router and proxy workers that WAMP clients can join on. */
export function findTransports(node: unknown): NodeTransport[] {
  return toArray(toObject(node).workers).flatMap((worker, workerIndex) => {
    const { type, transports } = toObject(worker);
    if (type !== "router" && type !== "proxy") return [];
    return toArray(transports).flatMap((transport, index) =>
      ofTransport(toObject(transport), workerIndex, index),
    );
  });
}

function ofTransport(transport: JsonObject, worker: number, index: number): NodeTransport[] {
  const keys: Keys = ["workers", worker, "transports", index];
  const endpoint = toObject(transport.endpoint);
  const { port } = endpoint;
  const at = (settings: unknown, settingsKeys: Keys, urlPath?: string): NodeTransport => ({
    path: toKeyPath(settingsKeys),
    settings: toObject(settings),
    port: typeof port === "number" ? port : undefined,
    urlPath,
    endpoint,
    endpointPath: toKeyPath([...keys, "endpoint"]),
    worker,
    isRawSocket: transport.type === "rawsocket" || settingsKeys.at(-1) === "rawsocket",
    refusesAlpn:
      transport.type === "websocket" || (transport.type === "universal" && transport.web === undefined),
  });

  const ofWebPaths = (paths: unknown, pathsKeys: Keys, parent: string): NodeTransport[] =>
    Object.entries(toObject(paths)).flatMap(([name, service]) => {
      const { type, paths: nested } = toObject(service);
      const urlPath = trimSlashes(`${parent}/${name}`);
      if (type === "websocket") return [at(service, [...pathsKeys, name], urlPath)];
      return type === "path" ? ofWebPaths(nested, [...pathsKeys, name, "paths"], urlPath) : [];
    });

  switch (transport.type) {
    case "websocket":
    case "rawsocket":
      return [at(transport, keys)];
    case "web":
      return ofWebPaths(transport.paths, [...keys, "paths"], "");
    case "universal":
      return [
        ...(transport.rawsocket === undefined ? [] : [at(transport.rawsocket, [...keys, "rawsocket"])]),
        ...Object.entries(toObject(transport.websocket)).map(([name, settings]) =>
          at(settings, [...keys, "websocket", name], trimSlashes(name)),
        ),
        ...ofWebPaths(toObject(transport.web).paths, [...keys, "web", "paths"], ""),
      ];
    default:
      return [];
  }
}

/** A role of a realm, of whichever router worker has it. */
export interface NodeRole {
  readonly path: string;
  readonly role: JsonObject;
}

/** A realm of a router worker. */
export interface NodeRealm {
  readonly path: string;
  readonly name: string;
  readonly options: JsonObject;
  readonly roles: readonly NodeRole[];
  /** Its links to realms of other routers. */
  readonly rlinks: readonly JsonObject[];
}

/** All realms of the node. */
export function findRealms(node: unknown): NodeRealm[] {
  return toArray(toObject(node).workers).flatMap((worker, workerIndex) =>
    toArray(toObject(worker).realms).map((realm, realmIndex) => {
      const keys: Keys = ["workers", workerIndex, "realms", realmIndex];
      const { name, options, roles, rlinks } = toObject(realm);
      return {
        path: toKeyPath(keys),
        name: toText(name) ?? "",
        options: toObject(options),
        roles: toArray(roles).map((role, index) => ({
          path: toKeyPath([...keys, "roles", index]),
          role: toObject(role),
        })),
        rlinks: toArray(rlinks).map(toObject),
      };
    }),
  );
}

/** The roles of a realm, of whichever router worker has it. */
export function findRealmRoles(realms: readonly NodeRealm[], realm: string): NodeRole[] {
  return realms.filter(({ name }) => name === realm).flatMap(({ roles }) => roles);
}

/** `/ws/`, `ws` and `/ws` are the same path. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}
