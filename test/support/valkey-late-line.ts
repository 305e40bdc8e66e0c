// A line to a server on which changes (client tracking) come late, and all else at once.

import { connect, createServer } from "node:net";

export interface LateLine {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @param lateMs what the server says on a connection that listens for changes comes so much later */
export async function openLateLine(
  to: { readonly host: string; readonly port: number },
  lateMs: number,
): Promise<LateLine> {
  const ends = new Set<() => void>();
  const server = createServer((client) => {
    const upstream = connect(to.port, to.host);
    let isLate = false;
    const end = (): void => {
      ends.delete(end);
      client.destroy();
      upstream.destroy();
    };
    ends.add(end);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (chunk: Buffer) => {
      isLate ||= chunk.includes("__redis__:invalidate");
      upstream.write(chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      if (isLate) setTimeout(() => client.write(chunk), lateMs);
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    host: "127.0.0.1",
    port: typeof address === "object" && address !== null ? address.port : 0,
    close() {
      for (const end of ends) end();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
