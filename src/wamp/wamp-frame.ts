// One outgoing WAMP message on its way into a frame; an answer that can't be encoded becomes an error answer.

import type { Log } from "../log/logger.js";
import type { WampSerializer } from "./wamp-serializer.js";

const ERROR = 8;
const INVOCATION = 68;
const YIELD = 70;

/**
 * The message as a frame, or `undefined` if it can't be encoded.
 *
 * Never throws: autobahn sends the answer of a call inside a promise that nobody awaits, where an exception would end
 * the process. And a call must be answered in any case, since the router waits for ever: if the result can't be
 * encoded, the caller gets an error instead.
 */
export function toFrame(
  message: readonly unknown[],
  serializer: WampSerializer,
  log: Log,
): string | Uint8Array | undefined {
  try {
    return serializer.serialize(message);
  } catch {
    log.error(
      { messageType: message[0], serializer: serializer.SERIALIZER_ID },
      "a message to the router can't be encoded",
    );
  }
  if (message[0] !== YIELD) return undefined;
  return serializer.serialize([ERROR, INVOCATION, message[1], {}, "wamp.error.runtime_error", []]);
}
