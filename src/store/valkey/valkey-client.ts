// What the store needs of a connection to Valkey or Redis, whatever the topology behind it.

/** An argument of a command. Text goes out as UTF-8. */
export type Argument = string | Buffer;

/** A reply: strings as bytes, integers as numbers; the server's errors are thrown. */
export type Reply = Buffer | number | null | readonly Reply[];

/** A Lua script; `name` is for errors and tests. Sent by its SHA-1, whole where the server doesn't know it (any more). */
export interface Script {
  readonly name: string;
  readonly source: string;
  /**
   * Whether the script has written something (or had, when it was sent before), by its reply; by default it has. One that
   * hasn't needs no replicas: its reply counts whatever `WAIT` says.
   */
  readonly isWritten?: ((reply: Reply) => boolean) | undefined;
}

/** Facts of the server that the store stands on now. */
export interface ServerFacts {
  /** `"valkey"` or `"redis"`, and its version, e.g. `"9.1.2"`. */
  readonly server: string;
  readonly version: string;
  /** `host:port` of the primary, or of the servers that were configured where it isn't known. */
  readonly address: string;
  readonly usedBytes: number;
  /** `undefined`: no limit. */
  readonly maxSizeBytes: number | undefined;
  readonly evictionPolicy: string;
  /** Whether it writes what it has to disk, by AOF or snapshots; `undefined`: it doesn't say. */
  readonly isPersistent: boolean | undefined;
  readonly connectedReplicas: number;
  /** `undefined`: it doesn't say. */
  readonly role?: "primary" | "replica" | undefined;
  /** It refuses writes, since none of the replicas that `min-replicas-to-write` asks for is there. */
  readonly lacksReplicas?: boolean | undefined;
}

/** What happens to the connection; each is called once for each change. */
export interface ValkeyClientEvents {
  readonly onUp: () => void;
  readonly onDown: (error: Error) => void;
}

/**
 * Commands to the primary that holds the store. Concurrent calls share pipelines. A call waits for a lost connection, a
 * failover or a redirection, at most `timeoutMs` in all; what may be sent again is sent again.
 *
 * Every method rejects with a `CookieAuthenticatorError`: `ERR_STORE_UNAVAILABLE`, `ERR_STORE_TIMEOUT`,
 * `ERR_STORE_ACCESS`, `ERR_STORE_FULL`, `ERR_STORE_REPLICAS`, `ERR_STORE_SERVER`, `ERR_STORE_CLOSED`.
 */
export interface ValkeyClient {
  /** Values of keys, of one moment: `MGET`. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Runs a script that changes nothing. All keys are of one slot; the first routes. */
  read(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply>;
  /**
   * Runs a script that changes something, on a connection of its own, and with `wait` asks afterwards on the same
   * connection how many replicas have it. It may be sent more than once: the script has to recognise a repetition.
   */
  write(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply>;
  facts(): Promise<ServerFacts>;
  /** Ends all use; what is under way is rejected with `ERR_STORE_CLOSED`. Calling it again does nothing. */
  close(): Promise<void>;
}
