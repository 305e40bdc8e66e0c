// WebSocket pings: finds out that a router has frozen or that the network has swallowed it.

import type { WebSocket } from "ws";

export interface HeartbeatOptions {
  /** Pause between pings, in milliseconds. */
  readonly intervalMs: number;
  /** How long nothing at all may arrive after a ping, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once. The peer is as good as gone: a closing handshake would wait for it in vain. */
  readonly onSilent: () => void;
}

/** Starts pinging an open socket; ends by itself when the socket closes. */
export function startHeartbeat(socket: WebSocket, options: HeartbeatOptions): void {
  let deadline: NodeJS.Timeout | undefined;

  const heard = (): void => {
    clearTimeout(deadline);
    deadline = undefined;
  };

  const ping = (): void => {
    socket.ping();
    // A later ping must not put off the deadline of an earlier one.
    deadline ??= setTimeout(() => {
      // If our own process stood still (a blocked loop, SIGSTOP), the pong may lie in the socket unread, and timers
      // run first. One turn of the loop reads it.
      setImmediate(() => {
        if (deadline !== undefined) options.onSilent();
      });
    }, options.timeoutMs);
  };

  const interval = setInterval(ping, options.intervalMs);
  socket.on("pong", heard);
  socket.on("ping", heard);
  socket.on("message", heard);
  socket.once("close", () => {
    clearInterval(interval);
    heard();
  });
}
