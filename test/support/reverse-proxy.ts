// A reverse proxy that ends TLS, for tests: requests and WebSockets go on over plain connections to this machine.

import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface ReverseProxyOptions {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  /** The port behind it, by the path that is asked for. */
  readonly route: (path: string) => number;
}

export interface ReverseProxy {
  /**
   * Whom it sees, for `X-Forwarded-For`. By default the address of the connection, which in a test is the proxy's own.
   */
  clientAddress: string | undefined;
  /**
   * Where its own headers stand among those of the client: `last`, as of HAProxy, or `first`, as of nginx. It matters
   * to readers that break lines where HTTP doesn't.
   */
  ownHeaders: "first" | "last";
  /** Requests and WebSockets so far. */
  readonly count: number;
  close(): Promise<void>;
}

/** What clients claim to be proxies, and is dropped. */
const FORWARDED = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/i;

/** Starts it at 127.0.0.1. `Host` goes on as the client sent it. */
export async function startReverseProxy(options: ReverseProxyOptions): Promise<ReverseProxy> {
  const { port, cert, key, route } = options;
  const sockets = new Set<Duplex>();
  const keep = <T extends Duplex>(socket: T): T => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A side that breaks takes the other one with it; who broke it doesn't matter.
    return socket.on("error", () => socket.destroy());
  };
  let count = 0;

  const toHeaders = (request: IncomingMessage): string[] => {
    const own = [
      ...["X-Forwarded-For", proxy.clientAddress ?? request.socket.remoteAddress ?? "unknown"],
      ...["X-Forwarded-Proto", "https"],
      ...["X-Forwarded-Host", request.headers.host ?? ""],
    ];
    const clients = request.rawHeaders.filter((_, at, all) => !FORWARDED.test(all[at - (at % 2)] ?? ""));
    return proxy.ownHeaders === "first" ? [...own, ...clients] : [...clients, ...own];
  };

  const server = createServer({ cert, key }, (request, response) => {
    count += 1;
    const { method, url: path = "/" } = request;
    const onward = httpRequest(
      { host: "127.0.0.1", port: route(path), method, path, headers: toHeaders(request), agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => response.destroy());
    request.pipe(onward);
  });

  server.on("upgrade", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    count += 1;
    const { method, url: path = "/" } = request;
    const headers = toHeaders(request);
    const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1]}`] : []));
    const upstream: Socket = connect(route(path), "127.0.0.1", () => {
      upstream.write([`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"), "latin1");
      upstream.write(head);
      keep(client).pipe(upstream).pipe(client);
    });
    keep(upstream).once("close", () => client.destroy());
    client.once("close", () => upstream.destroy());
  });

  const proxy: ReverseProxy = {
    clientAddress: undefined,
    ownHeaders: "last",
    get count() {
      return count;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return proxy;
}
