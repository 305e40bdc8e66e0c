// A small HTTP server for whoever watches this service: a few pages, GET and HEAD, nothing else.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ListenConfig } from "../config/config.js";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";

/** What is answered to a request. */
export interface PageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** By path, e.g. `/healthz`. */
export type Pages = Readonly<Record<string, () => Promise<PageAnswer>>>;

export interface HttpServer {
  /** The port it listens on: the configured one, or the one the system chose for port 0. */
  readonly port: number;
  /** Ends listening and all open requests. Calling it again does nothing. */
  close(): Promise<void>;
}

/** A request must be complete within this time, in milliseconds: a slow client may not keep a socket. */
const REQUEST_TIMEOUT_MS = 5000;

/**
 * Listens on `listen.host` and `listen.port`.
 *
 * @param key the section of the configuration that asked for it, for the error
 * @throws CookieAuthenticatorError `ERR_HEALTH_LISTEN` or `ERR_METRICS_LISTEN`: the port can't be opened.
 */
export async function startHttpServer(
  key: "health" | "metrics",
  listen: ListenConfig,
  pages: Pages,
): Promise<HttpServer> {
  const byPath = new Map(Object.entries(pages));
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer(request, response, byPath);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(toListenError(key, listen, error)));
    server.listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    close() {
      return new Promise((resolve) => {
        // Its only error is that it is closed already.
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** An answer in JSON, one line. */
export function toJsonAnswer(status: number, body: object): PageAnswer {
  return { status, contentType: "application/json", text: `${JSON.stringify(body)}\n` };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: ReadonlyMap<string, () => Promise<PageAnswer>>,
): Promise<void> {
  const page = pages.get(request.url?.split("?", 1)[0] ?? "");
  if (page === undefined) return send(request, response, toJsonAnswer(404, { error: "no such path" }));
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return send(request, response, toJsonAnswer(405, { error: "GET or HEAD only" }));
  }
  // What went wrong may quote anything: the reader of this page is told that, and no more.
  const found = await page().catch(() => toJsonAnswer(500, { error: "this page can't be made" }));
  send(request, response, found);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, text }: PageAnswer,
): void {
  response.writeHead(status, {
    "Content-Type": contentType,
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}

function toListenError(
  key: "health" | "metrics",
  { host, port }: ListenConfig,
  cause: Error,
): CookieAuthenticatorError {
  const code = errorCodeOf(cause);
  return new CookieAuthenticatorError(
    key === "health" ? "ERR_HEALTH_LISTEN" : "ERR_METRICS_LISTEN",
    `the ${key} server can't listen on ${host}:${port} (${code ?? cause.message})`,
    { hint: toListenHint(key, code), details: { host, port, code }, cause },
  );
}

function toListenHint(key: string, code: string | undefined): string {
  switch (code) {
    case "EADDRINUSE":
      return `Another process has the port: choose another \`${key}.port\`, or find it with \`ss -ltnp\`.`;
    case "EACCES":
      return `Ports below 1024 need a privilege: choose a higher \`${key}.port\`.`;
    default:
      return `\`${key}.host\` must be an address of this machine; 127.0.0.1 always is.`;
  }
}
