// Frames that are sent in one turn of the event loop leave in one write: a system call costs as much as an answer.

import type { WebSocket } from "ws";

/** Says that a frame is about to be sent. */
export type BeforeFrame = () => void;

/**
 * Holds what the socket writes back until the callbacks and promises that are ready have run, so that nothing waits for
 * anything but work that would have been done before the write all the same. Calls that arrive together, as they do
 * under load, are answered together.
 */
export function batchFrames(socket: WebSocket): BeforeFrame {
  let isHolding = false;
  let hold: (() => void) | undefined;
  socket.once("upgrade", ({ socket: stream }) => {
    const release = (): void => {
      isHolding = false;
      stream.uncork();
    };
    hold = () => {
      isHolding = true;
      stream.cork();
      process.nextTick(release);
    };
  });
  return () => {
    if (!isHolding) hold?.();
  };
}
