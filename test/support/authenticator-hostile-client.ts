// A WebSocket client that may break every rule: raw header bytes, raw frames, and any source address of loopback.

import { connect, type Socket } from "node:net";

export interface HostileJoin {
  readonly port: number;
  /** Where it connects from: all of 127.0.0.0/8 is this machine. */
  readonly from?: string;
  readonly serializer?: "json" | "cbor";
  /** Header lines of the handshake as they are, each with its CRLF; one character is one byte. */
  readonly headers?: string;
  /** HELLO. */
  readonly hello: string | Buffer;
  /** AUTHENTICATE, sent when the router challenges. */
  readonly authenticate?: string | Buffer;
  /** How long the router may keep silent, in ms. */
  readonly timeoutMs?: number;
}

/** How it ended: WELCOME or ABORT as they came, the HTTP or WebSocket status of a router that hung up, or nothing. */
export type HostileEnd =
  | { readonly kind: "welcome" | "abort"; readonly payload: Buffer }
  | { readonly kind: "refused"; readonly status: string }
  | { readonly kind: "closed"; readonly code: number | undefined }
  | { readonly kind: "silence" };

const OPCODE = { text: 1, binary: 2, close: 8 } as const;
const TYPE = { welcome: 2, challenge: 4 } as const;

/** Joins once and leaves. Never rejects: whatever the router does is a result. */
export function joinHostile(options: HostileJoin): Promise<HostileEnd> {
  const { serializer = "json", timeoutMs = 15_000 } = options;
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: options.port, localAddress: options.from });
    let received: Buffer = Buffer.alloc(0);
    let isOpen = false;
    const timer = setTimeout(() => end({ kind: "silence" }), timeoutMs);
    const end = (result: HostileEnd): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const open = (): void => {
      const handshake = takeHandshake(received);
      if (handshake === undefined) return;
      received = handshake.rest;
      isOpen = handshake.status.includes(" 101 ");
      if (isOpen) send(socket, serializer, options.hello);
      else end({ kind: "refused", status: handshake.status });
    };
    const read = (): void => {
      for (let frame = takeFrame(received); frame !== undefined; frame = takeFrame(received)) {
        received = frame.rest;
        if (frame.opcode !== OPCODE.close && typeOf(frame.payload, serializer) === TYPE.challenge) {
          send(socket, serializer, options.authenticate ?? "");
        } else {
          end(toEnd(frame, serializer));
        }
      }
    };
    socket.once("connect", () => socket.write(handshakeOf(options, serializer), "latin1"));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!isOpen) open();
      if (isOpen) read();
    });
    socket.once("close", () => end({ kind: "closed", code: undefined }));
    // Its close follows.
    socket.on("error", () => {});
  });
}

function toEnd({ opcode, payload }: ServerFrame, serializer: "json" | "cbor"): HostileEnd {
  if (opcode === OPCODE.close)
    return { kind: "closed", code: payload.length < 2 ? undefined : payload.readUInt16BE() };
  return { kind: typeOf(payload, serializer) === TYPE.welcome ? "welcome" : "abort", payload };
}

function handshakeOf({ headers = "" }: HostileJoin, serializer: string): string {
  return (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
    `Sec-WebSocket-Protocol: wamp.2.${serializer}\r\n${headers}\r\n`
  );
}

function takeHandshake(data: Buffer): { readonly status: string; readonly rest: Buffer } | undefined {
  const end = data.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [status = ""] = data.toString("latin1", 0, end).split("\r\n", 1);
  return { status, rest: data.subarray(end + 4) };
}

/** One message in one frame, with a mask of zeros: the payload stays as it is. */
function send(socket: Socket, serializer: "json" | "cbor", message: string | Buffer): void {
  const payload = Buffer.from(message);
  const header = Buffer.alloc(14);
  header[0] = 0x80 | (serializer === "json" ? OPCODE.text : OPCODE.binary);
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  // The shortest form is a must: RFC 6455, section 5.2.
  const isShort = payload.length < 126;
  const isMedium = payload.length < 65_536;
  if (isShort) header[1] = 0x80 | payload.length;
  else if (isMedium) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payload.length, 2);
  }
  const lengthSize = isShort ? 0 : isMedium ? 2 : 8;
  socket.write(Buffer.concat([header.subarray(0, 2 + lengthSize), Buffer.alloc(4), payload]));
}

interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

/** The first whole frame of a server, which doesn't mask. */
function takeFrame(data: Buffer): ServerFrame | undefined {
  if (data.length < 2) return undefined;
  const short = (data[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < start + length) return undefined;
  const payload = data.subarray(start, start + length);
  return { opcode: (data[0] ?? 0) & 0x0f, payload, rest: data.subarray(start + length) };
}

/** The WAMP message type: the first item of the list. */
function typeOf(payload: Buffer, serializer: "json" | "cbor"): number {
  return serializer === "json" ? Number(payload.toString("latin1", 1, 2)) : (payload[1] ?? 0);
}
