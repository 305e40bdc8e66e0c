// A TCP proxy in front of a server: the line between it and its clients, which a test can cut.

import { connect, createServer, type Server, type Socket } from "node:net";

export interface Line {
  readonly host: string;
  readonly port: number;
  /** How many connections are open now. */
  connections(): number;
  /** Nothing goes through any more, and nobody is told: as a cable that is pulled. New connections are silent, too. */
  cut(): void;
  /** Ends all connections and refuses new ones at once: as a host that is there and has no such server. */
  refuse(): void;
  /** What was held back by `cut` goes on; new connections go through. */
  heal(): void;
  close(): Promise<void>;
}

/** A line to a server, at a free port of loopback. */
export async function openLine(to: { readonly host: string; readonly port: number }): Promise<Line> {
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "refused" = "open";
  const server: Server = createServer((client) => {
    if (state === "refused") {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(to.port, to.host);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("data", (chunk: Buffer) => {
        if (!other.write(chunk)) socket.pause();
      });
      socket.on("drain", () => {
        if (state === "open") other.resume();
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (state === "cut") socket.pause();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const drop = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    host: "127.0.0.1",
    port: typeof address === "object" && address !== null ? address.port : 0,
    connections: () => sockets.size / 2,
    cut() {
      state = "cut";
      for (const socket of sockets) socket.pause();
    },
    refuse() {
      state = "refused";
      drop();
    },
    heal() {
      state = "open";
      for (const socket of sockets) socket.resume();
    },
    close() {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
