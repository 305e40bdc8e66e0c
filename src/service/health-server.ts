// The health endpoint for load balancers and supervisors: /healthz says alive, /readyz says able to answer.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { HealthConfig } from "../config/config.js";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import type { Readiness } from "./readiness.js";

export interface HealthServer {
  /** The port it listens on: the configured one, or the one the system chose for port 0. */
  readonly port: number;
  /** Ends listening and all open requests. Calling it again does nothing. */
  close(): Promise<void>;
}

/** A request must be complete within this time, in milliseconds: a slow client may not keep a socket. */
const REQUEST_TIMEOUT_MS = 5000;

/**
 * Listens on `config.host` and `config.port`.
 * @throws CookieAuthenticatorError `ERR_HEALTH_LISTEN`: the port can't be opened.
 */
export async function startHealthServer(
  config: HealthConfig,
  readiness: () => Promise<Readiness>,
): Promise<HealthServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer(request, response, readiness);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(toListenError(config, error)));
    server.listen(config.port, config.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : config.port,
    close() {
      return new Promise((resolve) => {
        // Its only error is that it is closed already.
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  readiness: () => Promise<Readiness>,
): Promise<void> {
  const path = request.url?.split("?", 1)[0];
  if (path !== "/healthz" && path !== "/readyz")
    return send(request, response, 404, { error: "no such path" });
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(request, response, 405, { error: "GET or HEAD only" });
  }
  if (path === "/healthz") return send(request, response, 200, { alive: true });
  const state = await readiness();
  send(request, response, state.ready ? 200 : 503, state);
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function toListenError(config: HealthConfig, cause: Error): CookieAuthenticatorError {
  const code = errorCodeOf(cause);
  return new CookieAuthenticatorError(
    "ERR_HEALTH_LISTEN",
    `the health server can't listen on ${config.host}:${config.port} (${code ?? cause.message})`,
    { hint: toListenHint(code), details: { host: config.host, port: config.port, code }, cause },
  );
}

function toListenHint(code: string | undefined): string {
  switch (code) {
    case "EADDRINUSE":
      return "Another process has the port: choose another `health.port`, or find it with `ss -ltnp`.";
    case "EACCES":
      return "Ports below 1024 need a privilege: choose a higher `health.port`.";
    default:
      return "`health.host` must be an address of this machine; 127.0.0.1 always is.";
  }
}
