// A client that sees what a browser and its router say to each other: headers, Set-Cookie, and the frames as they are.

import { createHmac } from "node:crypto";
import { WebSocket } from "ws";

/** One WAMP message as it is on the wire. */
export type Frame = readonly [type: number, ...rest: unknown[]];

export interface FrameJoinOptions {
  readonly url: string;
  readonly realm: string;
  readonly authid?: string;
  /** Exactly one of these three; none: anonymous. */
  readonly ticket?: unknown;
  readonly wampcra?: string;
  readonly cookieMethod?: true;
  readonly authextra?: Readonly<Record<string, unknown>>;
  /** Headers of the handshake, as `Cookie` or `Origin`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time until WELCOME or ABORT, in milliseconds. */
  readonly timeoutMs?: number;
}

/** The router's last word, and what its handshake set. */
export interface FrameJoin {
  /** `none`: the link ended without either. */
  readonly kind: "welcome" | "abort" | "none";
  /** WELCOME or ABORT. */
  readonly frame: Frame;
  /** WELCOME's or ABORT's details. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The value of `cbtid` in Set-Cookie. */
  readonly setCookie: string | undefined;
  /** Cuts the link. */
  leave(): Promise<void>;
}

const HELLO = 1;
const WELCOME = 2;
const ABORT = 3;
const CHALLENGE = 4;
const AUTHENTICATE = 5;

/** Joins and waits for WELCOME or ABORT. Rejects only if there is neither in time. */
export function joinFrames(options: FrameJoinOptions): Promise<FrameJoin> {
  const timeoutMs = options.timeoutMs ?? 15_000;
  return new Promise((resolve, reject) => {
    const link = startJoin(options, finish);
    const timer = setTimeout(() => {
      link.cut();
      reject(new Error(`neither WELCOME nor ABORT within ${timeoutMs} ms`));
    }, timeoutMs);
    function finish(join: FrameJoin): void {
      clearTimeout(timer);
      resolve(join);
    }
  });
}

/** Joins up to the point where the router must ask the authenticator, and then is gone. `hasAsked`: when to go. */
export async function joinAndVanish(
  options: FrameJoinOptions,
  hasAsked: () => Promise<unknown>,
): Promise<void> {
  const link = startJoin(options, () => {});
  await hasAsked();
  link.cut();
  await link.closed;
}

/** A login that makes Crossbar store who the cookie belongs to. @returns the cookie's value */
export async function logIn(url: string, realm: string, authid: string, secret: string): Promise<string> {
  const join = await joinFrames({ url, realm, authid, wampcra: secret });
  await join.leave();
  if (join.kind !== "welcome") throw new Error(`${authid} can't log in: ${JSON.stringify(join.frame)}`);
  if (join.setCookie === undefined) throw new Error("the router set no cookie");
  return join.setCookie;
}

interface Link {
  readonly closed: Promise<void>;
  cut(): void;
}

function startJoin(options: FrameJoinOptions, finish: (join: FrameJoin) => void): Link {
  const socket = new WebSocket(options.url, ["wamp.2.json"], { headers: { ...options.headers } });
  let setCookie: string | undefined;
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  const cut = (): void => socket.terminate();
  const done = (kind: FrameJoin["kind"], frame: Frame): void => {
    const details = (kind === "welcome" ? frame[2] : frame[1]) as FrameJoin["details"];
    finish({
      kind,
      frame,
      details,
      setCookie,
      leave: () => {
        cut();
        return closed;
      },
    });
  };
  socket.on("upgrade", (response) => {
    const pairs = (response.headers["set-cookie"] ?? []).map((line) => line.split(";", 1)[0] ?? "");
    setCookie = pairs.find((pair) => pair.startsWith("cbtid="))?.slice("cbtid=".length);
  });
  socket.on("open", () => socket.send(JSON.stringify(hello(options))));
  socket.on("message", (data) => {
    const frame = JSON.parse(data.toString()) as Frame;
    if (frame[0] === WELCOME) done("welcome", frame);
    if (frame[0] === ABORT) done("abort", frame);
    if (frame[0] === CHALLENGE) socket.send(JSON.stringify([AUTHENTICATE, answer(options, frame), {}]));
  });
  // Its close follows.
  socket.on("error", () => {});
  void closed.then(() => done("none", [0, {}]));
  return { closed, cut };
}

function hello(options: FrameJoinOptions): Frame {
  const { realm, authid, authextra } = options;
  return [
    HELLO,
    realm,
    {
      roles: { caller: {}, callee: {}, publisher: {}, subscriber: {} },
      authmethods: [methodOf(options)],
      ...(authid === undefined ? {} : { authid }),
      ...(authextra === undefined ? {} : { authextra }),
    },
  ];
}

function methodOf(options: FrameJoinOptions): string {
  if (options.ticket !== undefined) return "ticket";
  if (options.wampcra !== undefined) return "wampcra";
  return options.cookieMethod === true ? "cookie" : "anonymous";
}

function answer(options: FrameJoinOptions, challenge: Frame): unknown {
  if (options.wampcra === undefined) return options.ticket;
  const { challenge: text } = challenge[2] as { readonly challenge: string };
  return createHmac("sha256", options.wampcra).update(text).digest("base64");
}
