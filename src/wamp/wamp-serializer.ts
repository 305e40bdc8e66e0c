// What a serializer is: WAMP messages into WebSocket frames and back.

/** The shape in which autobahn's transports take serializers. */
export interface WampSerializer {
  /** Last part of the WebSocket subprotocol `wamp.2.…`. */
  readonly SERIALIZER_ID: string;
  /** Whether its frames are binary. */
  readonly BINARY: boolean;
  /** @throws TypeError, Error for a message that the format can't carry. */
  serialize(message: readonly unknown[]): string | Uint8Array;
  /** @throws SyntaxError, Error for bytes that are not of the format. */
  unserialize(payload: Buffer): unknown;
}
