// A scripted WAMP router (JSON), for what a real one does too seldom: lies, silence, revocations.

import { type WebSocket, WebSocketServer } from "ws";

export type WampMessage = readonly unknown[];

export interface FakeLink {
  readonly socket: WebSocket;
  send(message: unknown): void;
}

/** Handles a message and returns true, or leaves it to the default behaviour. */
export type Script = (message: WampMessage, link: FakeLink) => boolean;

export interface FakeRouter {
  readonly url: string;
  /** Number of links so far. */
  links(): number;
  /** All messages received. */
  received(): readonly WampMessage[];
  /** The newest link. */
  last(): FakeLink;
  close(): Promise<void>;
}

const HELLO = 1;
const GOODBYE = 6;
const REGISTER = 64;
const UNREGISTER = 66;

/** Welcomes everybody and registers everything, except where `script` does otherwise. */
export async function startFakeRouter(
  script: Script = () => false,
  options: { readonly autoPong?: boolean } = {},
): Promise<FakeRouter> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: () => "wamp.2.json",
    autoPong: options.autoPong ?? true,
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const links: FakeLink[] = [];
  const received: WampMessage[] = [];
  server.on("connection", (socket) => {
    const link: FakeLink = { socket, send: (message) => socket.send(JSON.stringify(message)) };
    links.push(link);
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const message = JSON.parse(data.toString()) as WampMessage;
      received.push(message);
      if (!script(message, link)) answer(message, link);
    });
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the fake router has no port");
  return {
    url: `ws://127.0.0.1:${address.port}`,
    links: () => links.length,
    received: () => received,
    last() {
      const link = links.at(-1);
      if (link === undefined) throw new Error("nobody has connected yet");
      return link;
    },
    close() {
      for (const { socket } of links) socket.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

let nextId = 1000;

function answer(message: WampMessage, link: FakeLink): void {
  nextId += 1;
  switch (message[0]) {
    case HELLO:
      link.send([2, nextId, { realm: message[1], roles: { broker: {}, dealer: {} } }]);
      break;
    case GOODBYE:
      link.send([6, {}, "wamp.close.goodbye_and_out"]);
      break;
    case REGISTER:
      link.send([65, message[1], nextId]);
      break;
    case UNREGISTER:
      link.send([67, message[1]]);
      break;
  }
}
