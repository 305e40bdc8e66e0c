// The transport that this component joins on.

import type { RouterConfig, RouterLogin } from "../config/config.js";
import { isLoopback } from "../is-loopback.js";
import { portOf } from "./component-link.js";
import { type NodeRequest, SECRET_PLACEHOLDER } from "./node-request.js";
import { toPublicKey } from "./public-key.js";

/**
 * A transport for our router's URL and login. It has pings: the router has no deadline for an authenticator, and must
 * find out by itself when we are frozen.
 */
export function makeComponentTransport({ router }: NodeRequest, ownRole: string): object {
  return {
    type: "websocket",
    endpoint: makeEndpoint(router),
    options: makePings(router),
    auth: { [router.login.method]: { type: "static", ...makeAccount(router.login, ownRole) } },
  };
}

/** Sooner where another instance could answer what hangs at a frozen one. */
function makePings({ invoke }: RouterConfig): object {
  return invoke === "single"
    ? { auto_ping_interval: 10_000, auto_ping_timeout: 5000 }
    : { auto_ping_interval: 5000, auto_ping_timeout: 2500 };
}

function makeEndpoint({ url, tls }: RouterConfig): object {
  const { hostname, protocol } = new URL(url);
  const loopback = hostname === "[::1]" ? { version: 6, interface: "::1" } : { interface: "127.0.0.1" };
  const clientCa = tls.cert === undefined ? {} : { ca_certificates: ["client_ca.pem"] };
  return {
    type: "tcp",
    ...(isLoopback(hostname) ? loopback : {}),
    port: portOf(new URL(url)),
    ...(protocol === "wss:"
      ? { tls: { key: "server_key.pem", certificate: "server_cert.pem", ...clientCa } }
      : {}),
  };
}

function makeAccount(login: RouterLogin, role: string): object {
  switch (login.method) {
    case "anonymous":
      return { role };
    case "ticket":
      return { principals: { [login.authid]: { ticket: SECRET_PLACEHOLDER, role } } };
    case "wampcra":
      return { users: { [login.authid]: { secret: SECRET_PLACEHOLDER, role } } };
    case "cryptosign": {
      const keys = [toPublicKey(login.privateKey)];
      return { principals: { [login.authid ?? role]: { authorized_keys: keys, role } } };
    }
  }
}
