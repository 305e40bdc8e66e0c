// Where our routers' URLs lead to in a node, and what the node makes of our login there.

import type { RouterConfig } from "../config/config.js";
import { type JsonObject, toArray, toObject, toText } from "../config/json-object.js";
import { type NodeTransport, trimSlashes } from "./crossbar-node.js";
import { toPublicKey } from "./public-key.js";

/** One of our routers, and a transport that its URL leads to. */
export interface ComponentLink {
  readonly router: RouterConfig;
  readonly transport: NodeTransport;
  readonly login: LinkLogin;
}

/** What a transport knows of our login. */
export interface LinkLogin {
  /** `unknown`: a dynamic authenticator decides, or a file can't tell. */
  readonly state: "known" | "unknown" | "no-method" | "no-user";
  /** The role that it gives us, where it is known. */
  readonly role: string | undefined;
  /** Our entry in the file, where it is known. */
  readonly entry: JsonObject;
}

/**
 * The links, found by port and path. With a port mapping or a proxy in between none is found, and nothing can be said
 * about our own transport.
 */
export function findComponentLinks(
  transports: readonly NodeTransport[],
  routers: readonly RouterConfig[],
): ComponentLink[] {
  return routers.flatMap((router) =>
    transports
      .filter((transport) => leadsTo(router.url, transport))
      .map((transport) => ({ router, transport, login: findLogin(router, transport) })),
  );
}

/** The TCP port that a WebSocket URL names. */
export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port);
}

function leadsTo(routerUrl: string, transport: NodeTransport): boolean {
  const url = new URL(routerUrl);
  if (transport.isRawSocket || transport.port !== portOf(url)) return false;
  return transport.urlPath === undefined || transport.urlPath === trimSlashes(url.pathname);
}

const NOTHING = { role: undefined, entry: {} };

function findLogin({ login }: RouterConfig, { settings }: NodeTransport): LinkLogin {
  if (settings.auth === undefined) {
    // Crossbar then lets everybody in as `anonymous`, and knows no other method.
    return login.method === "anonymous"
      ? { ...NOTHING, state: "known", role: "anonymous" }
      : { ...NOTHING, state: "no-method" };
  }
  const methods = toObject(settings.auth);
  if (methods[login.method] === undefined) return { ...NOTHING, state: "no-method" };
  const method = toObject(methods[login.method]);
  if (method.type !== "static") return { ...NOTHING, state: "unknown" };
  if (login.method === "anonymous") {
    return { state: "known", role: toText(method.role) ?? "anonymous", entry: method };
  }
  const accounts = toObject(login.method === "wampcra" ? method.users : method.principals);
  const entry =
    login.method === "cryptosign" && login.authid === undefined
      ? Object.values(accounts).map(toObject).find(hasKey(login.privateKey))
      : accounts[login.authid ?? ""];
  if (entry === undefined) return { ...NOTHING, state: "no-user" };
  return { state: "known", role: toText(toObject(entry).role), entry: toObject(entry) };
}

/** Without an authid Crossbar looks for the public key. */
function hasKey(privateKey: string): (entry: JsonObject) => boolean {
  const publicKey = toPublicKey(privateKey);
  return (entry) => toArray(entry.authorized_keys).includes(publicKey);
}
