// The socket beneath ioredis: no error on it ends the process.

import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { openConnection } from "../../../src/store/valkey/server-connection.js";
import { ServerConnector } from "../../../src/store/valkey/server-connector.js";

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function listen(): Promise<number> {
  server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

// ioredis 6.0.0 listens once: a TLS alert after a failed check of the certificate was an uncaught exception.
test("a second error on a socket ends nothing, and the first one is kept", async () => {
  const connector = new ServerConnector({ host: "127.0.0.1", port: await listen() });
  const socket = await connector.connect();
  const [first, second] = [new Error("first"), new Error("second")];
  socket.emit("error", first);
  expect(socket.emit("error", second)).toBe(true);
  expect(connector.firstError).toBe(first);
  socket.destroy();
});

test("a certificate that is none is a fault, with no look at the server", async () => {
  const address = { host: "127.0.0.1", port: await listen() };
  const tls = { cert: "no PEM", key: "no PEM" };
  await expect(openConnection(address, { tls }, 1000, () => {})).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_OSSL_/),
  });
});

test("connecting is broken off by the signal", async () => {
  const abort = new AbortController();
  const address = { host: "127.0.0.1", port: await listen() };
  const opening = openConnection(address, { signal: abort.signal }, 60_000, () => {});
  const rejected = expect(opening).rejects.toThrow();
  abort.abort();
  await rejected;
});
