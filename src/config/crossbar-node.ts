// Crossbar's node configuration as we read it: any JSON, from which the parts that concern us are picked.

import { toKeyPath } from "../json-schema/key-problem.js";
import { type JsonObject, toArray, toObject, toText } from "./json-object.js";

/** What is wrong or unwise in the node configuration. */
export interface NodeFinding {
  /** `error`: it won't work or breaks the router; `warning`: it works, but. */
  readonly level: "error" | "warning";
  /** Path of the key, such as `workers[0].transports[1].websocket.ws.auth.ticket`; "" is the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

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
}

type Keys = readonly (string | number)[];

/** All transports of router and proxy workers that WAMP clients can join on. */
export function findTransports(node: unknown): NodeTransport[] {
  return toArray(toObject(node).workers).flatMap((worker, workerIndex) => {
    const { type, transports } = toObject(worker);
    if (type !== "router" && type !== "proxy") return [];
    return toArray(transports).flatMap((transport, index) =>
      ofTransport(toObject(transport), ["workers", workerIndex, "transports", index]),
    );
  });
}

function ofTransport(transport: JsonObject, keys: Keys): NodeTransport[] {
  const { port } = toObject(transport.endpoint);
  const at = (settings: unknown, settingsKeys: Keys, urlPath?: string): NodeTransport => ({
    path: toKeyPath(settingsKeys),
    settings: toObject(settings),
    port: typeof port === "number" ? port : undefined,
    urlPath,
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

/** The roles of a realm, of whichever router worker has it. */
export function findRealmRoles(
  node: unknown,
  realm: string,
): { readonly path: string; readonly role: JsonObject }[] {
  return toArray(toObject(node).workers).flatMap((worker, workerIndex) =>
    toArray(toObject(worker).realms).flatMap((candidate, realmIndex) => {
      const { name, roles } = toObject(candidate);
      if (toText(name) !== realm) return [];
      return toArray(roles).map((role, index) => ({
        path: toKeyPath(["workers", workerIndex, "realms", realmIndex, "roles", index]),
        role: toObject(role),
      }));
    }),
  );
}

/** `/ws/`, `ws` and `/ws` are the same path. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}
