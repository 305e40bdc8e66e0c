// One try to join a router: TCP, TLS, WebSocket, HELLO, and whatever comes until the link has ended.

import type { RouterTls } from "../config/config.js";
import { errorCodeOf } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import { autobahn, WS_TRANSPORT } from "./autobahn.js";
import type { CloseDetails, Connection, Session, WelcomeDetails } from "./autobahn-types.js";
import type { SessionLogin } from "./login.js";
import { toWampReason } from "./wamp-reason.js";
import type { WampSerializer } from "./wamp-serializer.js";
import type { WsEnd, WsTransportOptions } from "./ws-transport.js";

export interface JoinOptions {
  readonly url: string;
  readonly realm: string;
  readonly login: SessionLogin;
  readonly serializers: readonly WampSerializer[];
  readonly tls: RouterTls;
  /** Further headers of the WebSocket handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Longest time until WELCOME, in milliseconds. */
  readonly joinTimeoutMs: number;
  readonly log: Log;
}

/** How a try, or the session that came of it, ended. */
export interface Ending {
  /**
   * Without a session: `unreachable` (no WebSocket), `refused` (ABORT), `timeout` (no WELCOME in time). After one:
   * `goodbye` (said by either side), `lost` (the link broke).
   */
  readonly kind: "unreachable" | "refused" | "timeout" | "goodbye" | "lost";
  /** URI of ABORT or GOODBYE, else a code of Node.js or of the WebSocket. Safe for the log, as is `text`. */
  readonly reason: string;
  readonly text: string;
}

export interface Joined {
  readonly session: Session;
  readonly details: WelcomeDetails;
}

export interface JoinAttempt {
  /** The session, or `undefined` if it ended without one. Never rejects. */
  readonly joined: Promise<Joined | undefined>;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  /** Says GOODBYE, or gives the try up if it hasn't joined yet. */
  leave(): void;
  /** Cuts the link at once. */
  cut(): void;
}

/**
 * Starts one try. autobahn's own reconnecting is off: it ends for ever after GOODBYE, ABORT or 15 tries.
 */
export function joinRouter(options: JoinOptions): JoinAttempt {
  const cutter = new AbortController();
  const seen: Seen = { welcome: false, timeout: false, fault: undefined, end: undefined };

  const timer = setTimeout(() => {
    seen.timeout = true;
    cutter.abort();
  }, options.joinTimeoutMs);

  const connection = createConnection(options, cutter.signal, seen);
  const ended = new Promise<Ending>((resolve) => {
    connection.onclose = (_kind, details) => {
      clearTimeout(timer);
      resolve(toEnding(details, seen, options));
      return true;
    };
  });
  const joined = new Promise<Joined | undefined>((resolve) => {
    connection.onopen = (session, details) => {
      clearTimeout(timer);
      seen.welcome = true;
      resolve({ session, details });
    };
    void ended.then(() => resolve(undefined));
  });
  connection.open();

  return {
    joined,
    ended,
    cut: () => cutter.abort(),
    leave() {
      try {
        connection.close();
      } catch {
        // autobahn throws a text if the connection is closed already: then there is nothing to leave.
      }
    },
  };
}

/** What was seen of a try, in the order of the fields' weight for its ending. */
interface Seen {
  welcome: boolean;
  timeout: boolean;
  /** What autobahn or our answer to CHALLENGE threw. */
  fault: unknown;
  end: WsEnd | undefined;
}

function createConnection(options: JoinOptions, signal: AbortSignal, seen: Seen): Connection {
  const transport: WsTransportOptions & { type: string } = {
    type: WS_TRANSPORT,
    url: options.url,
    serializers: options.serializers,
    headers: options.headers ?? {},
    tls: options.tls,
    handshakeTimeoutMs: options.joinTimeoutMs,
    pingIntervalMs: options.pingIntervalMs,
    pingTimeoutMs: options.pingTimeoutMs,
    signal,
    log: options.log,
    onEnd(end) {
      seen.end = end;
    },
  };
  // Without these handlers autobahn writes to the console. A call's error answer comes here too, as a WAMP error: it
  // is no fault, and the authenticator has logged it.
  const onFault = (fault: unknown, message?: string): void => {
    if (fault instanceof autobahn.Error) return;
    seen.fault ??= fault ?? "protocol violation";
    options.log.debug(
      { fault: toWampReason(fault), message: toLogText(message) },
      "autobahn reports a fault",
    );
  };
  return new autobahn.Connection({
    ...options.login,
    realm: options.realm,
    transports: [transport],
    max_retries: 0,
    retry_if_unreachable: false,
    use_es6_promises: true,
    on_user_error: onFault,
    on_internal_error: onFault,
  });
}

function toEnding(details: CloseDetails, seen: Seen, options: JoinOptions): Ending {
  if (details.reason !== null) {
    const kind = seen.welcome ? "goodbye" : "refused";
    return { kind, reason: toLogText(details.reason), text: toLogText(details.message ?? "") };
  }
  if (seen.timeout) {
    return { kind: "timeout", reason: "join-timeout", text: `no WELCOME within ${options.joinTimeoutMs} ms` };
  }
  const kind = seen.welcome ? "lost" : "unreachable";
  if (seen.fault !== undefined) {
    const { uri, text } = toWampReason(seen.fault);
    return { kind: seen.welcome ? "lost" : "refused", reason: uri, text };
  }
  if (seen.end?.error !== undefined) return { kind, ...toErrorText(seen.end.error) };
  return { kind, reason: `websocket-${seen.end?.code ?? "none"}`, text: toLogText(seen.end?.text) };
}

/** Node gives an AggregateError without a message where a name has several addresses: the first one speaks for all. */
function toErrorText(error: Error): { readonly reason: string; readonly text: string } {
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return { reason: errorCodeOf(error) ?? "websocket", text: toLogText(first.message.trim()) };
}
