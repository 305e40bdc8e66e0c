// A web server of somebody else: its pages try what pages of others must not be able to do.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ForeignPages {
  /** Another origin of the same site as the application: browsers send it the application's cookies. */
  readonly sameSite: string;
  /** Another site. */
  readonly crossSite: string;
  close(): Promise<void>;
}

/** Serves an empty page, and under `/forge` one with a form that posts to `target`. */
export async function startForeignPages(target: string): Promise<ForeignPages> {
  const form = `<form method="post" action="${target}"><button>You have won</button></form>`;
  const server: Server = createServer((request, response) => {
    const body = request.url === "/forge" ? form : "";
    const head = '<!doctype html><link rel="icon" href="data:,"><title>elsewhere</title>';
    response.writeHead(200, { "Content-Type": "text/html" }).end(head + body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    sameSite: `http://localhost:${port}`,
    crossSite: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
