// What clients may become beside us: methods of a transport that go round the authenticator.

import { toObject, toText } from "../config/json-object.js";
import type { NodeTransport } from "./crossbar-node.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Findings about Crossbar's own `cookie` method, static `anonymous`, `anonymous-proxy`, and TLS towards browsers. */
export function checkClientAuth(scene: NodeScene): NodeFinding[] {
  return scene.transports.flatMap((transport) => [
    ...checkBrowserTls(transport, scene),
    ...checkBuiltinCookie(transport),
    ...checkChosenAuthid(transport),
    ...checkAnonymousCaller(transport, scene),
  ]);
}

/** Browsers offer ALPN. They come where cookies are made, and where we are asked. */
function checkBrowserTls({ settings, endpoint, endpointPath, refusesAlpn }: NodeTransport, scene: NodeScene) {
  if (endpoint.tls === undefined || !refusesAlpn) return [];
  const auth = toObject(settings.auth);
  const procedures = scene.config.routers.map(({ procedure }) => procedure);
  const asksUs = (method: string): boolean => {
    const { type, authenticator } = toObject(auth[method]);
    return type === "dynamic" && procedures.includes(toText(authenticator) ?? "");
  };
  const isForBrowsers = settings.cookie !== undefined || asksUs("anonymous");
  if (!isForBrowsers && !asksUs("ticket")) return [];
  const finding: NodeFinding = {
    kind: "tls-without-web",
    level: isForBrowsers ? "error" : "warning",
    path: `${endpointPath}.tls`,
    message:
      "Crossbar 26.10.1 breaks off the TLS handshake of clients that offer ALPN, as all browsers do, on transports of " +
      "type websocket, and of type universal without web",
    hint: 'use a transport of type "web" with a path of type "websocket", or let a proxy end TLS',
  };
  return [finding];
}

function checkBuiltinCookie({ settings, path }: NodeTransport): NodeFinding[] {
  if (toObject(settings.auth).cookie === undefined) return [];
  return [
    {
      kind: "builtin-cookie-method",
      level: "warning",
      path: `${path}.auth.cookie`,
      message:
        "Crossbar's own cookie method accepts what we refuse: expired cookies, the role trusted, cookies of another " +
        "realm, an empty value",
      hint: "drop it here, and send clients with cookies to the transport with this authenticator",
    },
  ];
}

function checkChosenAuthid({ settings, path, endpoint }: NodeTransport): NodeFinding[] {
  if (toObject(settings.auth)["anonymous-proxy"] === undefined || endpoint.type === "unix") return [];
  return [
    {
      kind: "chosen-authid",
      level: "error",
      path: `${path}.auth.anonymous-proxy`,
      message: "whoever connects here names the authid, role and realm that it gets, without any proof",
      hint: "use it on a Unix domain socket only, where a proxy worker connects; else cryptosign-proxy",
    },
  ];
}

/** `my_sessions` and the like rest on authids that somebody has proved. */
function checkAnonymousCaller({ settings, path }: NodeTransport, { config }: NodeScene): NodeFinding[] {
  const { type, role } = toObject(toObject(settings.auth).anonymous);
  const name = toText(role) ?? "anonymous";
  const procedures = config.sessions?.roles.get(name) ?? [];
  if (type !== "static" || procedures.length === 0) return [];
  return [
    {
      kind: "anonymous-caller",
      level: "error",
      path: `${path}.auth.anonymous.role`,
      message: `clients that nobody has authenticated get the role "${name}", which may call ${procedures.join(", ")}`,
      hint: "give them a role without session procedures, or drop the role from our sessions.roles",
    },
  ];
}
