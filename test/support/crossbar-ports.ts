// TCP ports that nobody listens on.

import { connect, createServer } from "node:net";

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("the server has no port"));
      });
    });
  });
}

/** Several of them, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** Whether somebody listens on the port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A text of the documentation with other ports. In one pass: a new port may itself hold the digits of an old one. */
export function replacePorts(text: string, ports: Readonly<Record<number, number>>): string {
  return text.replace(/(?<!\d)\d{4}(?!\d)/g, (port) => `${ports[Number(port)] ?? port}`);
}
