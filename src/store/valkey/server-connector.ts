// The socket beneath ioredis: opened here, so that no error on it can end the process.

import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { AbstractConnector } from "ioredis";

/** What is still unsent to a server that doesn't answer is of no use to anybody, ms. */
const DISCONNECT_MS = 10;

/** The part of ioredis's options that leads to the server. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions;
}

/**
 * As ioredis's own, but its listener for errors stays. Theirs (6.0.0) is gone after the first error, and a second one,
 * such as the alert of a server after a failed check of its certificate, would be an uncaught exception.
 */
export class ServerConnector extends AbstractConnector {
  readonly #target: Target;

  /** @param options ioredis hands on all of its own */
  constructor(options: unknown) {
    super(DISCONNECT_MS);
    this.#target = options as Target;
  }

  override async connect(): Promise<Socket> {
    const { host, port, tls } = this.#target;
    this.connecting = true;
    const socket = tls === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...tls });
    socket.on("error", (error) => {
      this.firstError ??= error;
    });
    this.stream = socket;
    return socket;
  }
}
