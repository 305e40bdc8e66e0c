// autobahn's WebSocket transport on the package `ws`: Node 20, pings, request headers, own CA, client certificate.

import { type ClientOptions, WebSocket } from "ws";
import type { RouterTls } from "../config/config.js";
import type { Log } from "../log/logger.js";
import type { Transport } from "./autobahn-types.js";
import { batchFrames } from "./frame-batch.js";
import { toFrame } from "./wamp-frame.js";
import type { WampSerializer } from "./wamp-serializer.js";
import { startHeartbeat } from "./ws-heartbeat.js";

/** How a WebSocket ended: the close code and text, and the error if there was one. */
export interface WsEnd {
  readonly code: number;
  readonly text: string;
  readonly error: Error | undefined;
}

export interface WsTransportOptions {
  readonly url: string;
  readonly serializers: readonly WampSerializer[];
  /** Further request headers, as `Cookie` or `Origin`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: RouterTls;
  /** Longest time for TCP, TLS and the WebSocket handshake, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Cuts the link at once, without a closing handshake. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Called once, right before `onclose`: autobahn itself doesn't tell why a link ended. */
  readonly onEnd: (end: WsEnd) => void;
}

// Above what a router sends: Crossbar's `max_message_size` holds for both directions, 16 MiB by default and 64 MiB at
// most. A smaller limit of ours would let a client with a huge ticket cut the link that all others depend on.
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/** How long a router may take to answer our close frame before the socket is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** RFC 6455: a close frame has room for this many bytes of text. */
const CLOSE_TEXT_BYTES = 123;

const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_BAD_PAYLOAD = 1007;
const CLOSE_LOST = 1006;

/** What autobahn makes transports with. */
export class WsTransportFactory {
  constructor(private readonly options: WsTransportOptions) {}

  create(): Transport {
    return createWsTransport(this.options);
  }
}

/**
 * Opens a WebSocket at once. Nothing that arrives on it makes this throw: a message that can't be read ends the link.
 * @throws SyntaxError for a URL that is no WebSocket URL.
 */
function createWsTransport(options: WsTransportOptions): Transport {
  const { log } = options;
  const socket = openSocket(options);
  const beforeFrame = batchFrames(socket);
  let serializer: WampSerializer | undefined;
  let error: Error | undefined;

  const transport: Transport = {
    info: { type: "websocket", url: options.url, protocol: null },
    onopen: () => {},
    onmessage: () => {},
    onclose: () => {},
    send(message) {
      // An answer that comes after the end of the link has no receiver any more.
      if (serializer === undefined || socket.readyState !== WebSocket.OPEN) return;
      const frame = toFrame(message, serializer, log);
      if (frame === undefined) return;
      beforeFrame();
      socket.send(frame, { binary: serializer.BINARY }, () => {});
    },
    close(code = CLOSE_NORMAL, text = "") {
      socket.close(code, Buffer.from(text).subarray(0, CLOSE_TEXT_BYTES));
    },
  };

  const cut = (): void => socket.terminate();
  options.signal.addEventListener("abort", cut);

  socket.once("open", () => {
    transport.info.protocol = socket.protocol;
    serializer = options.serializers.find((one) => toSubprotocol(one) === socket.protocol);
    startHeartbeat(socket, {
      intervalMs: options.pingIntervalMs,
      timeoutMs: options.pingTimeoutMs,
      onSilent() {
        error ??= new Error(`nothing heard for ${options.pingTimeoutMs} ms after a ping`);
        socket.terminate();
      },
    });
    transport.onopen();
  });

  socket.on("message", (data: Buffer, isBinary) => {
    if (serializer === undefined || socket.readyState !== WebSocket.OPEN) return;
    let message: unknown;
    try {
      if (isBinary !== serializer.BINARY)
        throw new TypeError("a text frame for a binary one, or the reverse");
      message = serializer.unserialize(data);
    } catch {
      // The bytes may hold a ticket: their number is all that is said of them.
      log.error(
        { bytes: data.length, protocol: socket.protocol },
        "a message of the router can't be decoded",
      );
      error ??= new Error("the router sent a message that can't be decoded");
      socket.close(CLOSE_BAD_PAYLOAD, "message can't be decoded");
      return;
    }
    try {
      transport.onmessage(message);
    } catch (fault) {
      log.error({ bytes: data.length, fault: nameOf(fault) }, "a message of the router is no WAMP message");
      error ??= new Error("the router sent a message that is no WAMP message");
      socket.close(CLOSE_PROTOCOL_ERROR, "no WAMP message");
    }
  });

  socket.on("error", (fault) => {
    error ??= fault;
  });

  socket.once("close", (code, text) => {
    options.signal.removeEventListener("abort", cut);
    options.onEnd({ code, text: text.toString(), error });
    transport.onclose({ code, reason: text.toString(), wasClean: code !== CLOSE_LOST });
  });

  return transport;
}

function openSocket(options: WsTransportOptions): WebSocket {
  const { ca, cert, key } = options.tls;
  // `closeTimeout` is not in @types/ws yet.
  const clientOptions: ClientOptions & { closeTimeout: number } = {
    headers: { ...options.headers },
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    // Said expressly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment doesn't take it away.
    rejectUnauthorized: true,
    followRedirects: false,
    handshakeTimeout: options.handshakeTimeoutMs,
    closeTimeout: CLOSE_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    // Compression of secrets beside text that others choose leaks them, and costs time.
    perMessageDeflate: false,
  };
  return new WebSocket(options.url, options.serializers.map(toSubprotocol), clientOptions);
}

function toSubprotocol(serializer: WampSerializer): string {
  return `wamp.2.${serializer.SERIALIZER_ID}`;
}

function nameOf(fault: unknown): string {
  return fault instanceof Error ? fault.name : typeof fault;
}
