// The part of autobahn-js that we use, typed by hand: `@types/autobahn` describes version 20.

/** What a WAMP call, registration or subscription is rejected with; the only error whose URI autobahn sends on. */
export interface WampError {
  /** The error's URI. */
  readonly error: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Who called, as far as the router discloses it. */
export interface Invocation {
  readonly procedure: string;
  readonly caller?: number | undefined;
  readonly caller_authid?: string | undefined;
  readonly caller_authrole?: string | undefined;
}

/** What answers the calls of a registration. autobahn calls it inside a promise, so that it may throw. */
export type Endpoint = (
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  details: Invocation,
) => unknown;

export interface Registration {
  readonly id: number;
  readonly procedure: string;
  readonly active: boolean;
  /** Resolves, with the router's reason, only if the ROUTER takes the registration away. */
  readonly on_unregister: Promise<unknown>;
}

export type EventHandler = (
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  details: { readonly topic: string },
) => void;

/**
 * A WAMP session. Its promises stay unsettled for ever if the link is lost while they wait: whoever awaits one
 * must wait for the end of the session too. On a closed session the methods throw plain strings.
 */
export interface Session {
  /** `null` before the join and after the end. */
  readonly id: number | null;
  readonly isOpen: boolean;
  register(procedure: string, endpoint: Endpoint, options?: Record<string, unknown>): Promise<Registration>;
  unregister(registration: Registration): Promise<void>;
  call(
    procedure: string,
    args?: readonly unknown[],
    kwargs?: Record<string, unknown>,
    options?: Record<string, unknown>,
  ): Promise<unknown>;
  subscribe(topic: string, handler: EventHandler, options?: Record<string, unknown>): Promise<unknown>;
  /** A promise only with the option `acknowledge`. */
  publish(
    topic: string,
    args?: readonly unknown[],
    kwargs?: Record<string, unknown>,
    options?: Record<string, unknown>,
  ): Promise<unknown> | undefined;
}

/** The answer to CHALLENGE: the signature or ticket. */
export type ChallengeHandler = (session: unknown, method: string, extra: unknown) => string | Promise<string>;

/** What a router says in WELCOME. */
export interface WelcomeDetails {
  readonly realm?: string;
  readonly authid?: string;
  readonly authrole?: string;
  readonly authmethod?: string;
  readonly authprovider?: string;
  readonly authextra?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface ConnectionOptions {
  readonly realm: string;
  readonly authmethods: readonly string[];
  readonly authid?: string;
  readonly authextra?: Readonly<Record<string, unknown>>;
  readonly onchallenge?: ChallengeHandler;
  /** Passed to our transport factory as they are; autobahn adds keys to them. */
  readonly transports: readonly { readonly type: string; readonly url: string }[];
  readonly max_retries: number;
  readonly retry_if_unreachable: boolean;
  readonly use_es6_promises: true;
  readonly on_user_error: (error: unknown, message?: string) => void;
  readonly on_internal_error: (error: unknown, message?: string) => void;
}

export interface CloseDetails {
  /** URI of ABORT or GOODBYE; `null` if the link ended without either. */
  readonly reason: string | null;
  readonly message: string | null;
}

export interface Connection {
  onopen: ((session: Session, details: WelcomeDetails) => void) | null;
  onclose: ((reason: string, details: CloseDetails) => boolean) | null;
  open(): void;
  /** GOODBYE if joined, else the transport's end. Throws a string if there is nothing to close. */
  close(reason?: string, message?: string): void;
}

/** A WAMP transport as autobahn wants it. Session and connection set the three handlers. */
export interface Transport {
  readonly info: { readonly type: string; readonly url: string; protocol: string | null };
  send(message: readonly unknown[]): void;
  close(code?: number, reason?: string): void;
  onopen: () => void;
  onmessage: (message: unknown) => void;
  onclose: (event: { readonly code: number; readonly reason: string; readonly wasClean: boolean }) => void;
}

/** The package's exports. */
export interface Autobahn {
  readonly Connection: new (options: ConnectionOptions) => Connection;
  readonly Error: new (uri: string, args?: readonly unknown[], kwargs?: Record<string, unknown>) => WampError;
  readonly transports: {
    register(name: string, factory: new (options: never) => { create(): Transport }): void;
  };
  readonly log: { debug: (...parts: unknown[]) => void; warn: (...parts: unknown[]) => void };
  readonly nacl: {
    readonly sign: {
      readonly keyPair: {
        fromSeed(seed: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
      };
      readonly detached: (message: Uint8Array, secretKey: Uint8Array) => Uint8Array;
    };
  };
}
