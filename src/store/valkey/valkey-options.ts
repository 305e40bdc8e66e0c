// How a Valkey or Redis is reached, and what the store does with it.

/** One server, as `host` and TCP port. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** A user of the server's access control lists; without `username` the user `default`. */
export interface ServerLogin {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** TLS towards the servers, as PEM text. The server's certificate is always verified. */
export interface ServerTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Name that the certificate must have, where it isn't the host's. */
  readonly servername?: string | undefined;
}

/** Where the primary is found. */
export type ValkeyTopology =
  /** `servers` is one server. */
  | { readonly kind: "single" }
  /** `servers` are some nodes of a Cluster; the others are found through them. */
  | { readonly kind: "cluster" }
  /** `servers` are the Sentinels; `login` and `tls` of their own, if they have some. */
  | {
      readonly kind: "sentinel";
      readonly name: string;
      readonly login?: ServerLogin | undefined;
      readonly tls?: ServerTls | undefined;
    };

/** Replicas that must have a write before it counts as done (the server's `WAIT`). */
export interface ReplicaWait {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** Records kept in this process, as long as the server tells that they are as they were. */
export interface NearCacheOptions {
  /** Cookies kept at most; the least recently used goes first. */
  readonly maxCookies: number;
  /**
   * The longest time that a cookie can still pass after it was ended elsewhere, in milliseconds: an answer from memory
   * needs a sign of life of the server that is younger than this.
   */
  readonly maxStaleMs: number;
}

/** What `openValkeyStore` takes. */
export interface ValkeyOptions {
  readonly servers: readonly ServerAddress[];
  readonly topology: ValkeyTopology;
  readonly login?: ServerLogin | undefined;
  /** `undefined`: no TLS. */
  readonly tls?: ServerTls | undefined;
  /**
   * Connect to other machines without TLS too; by default such a connection is refused with `ERR_STORE_ACCESS`, also to a
   * server that only the Sentinels or the Cluster have named: everybody on the way could read the password and all records,
   * and answer in the server's place.
   */
  readonly allowPlaintext?: boolean | undefined;
  /** Begins the name of every key, in braces: all keys of a store are in one hash slot. */
  readonly prefix: string;
  /** Store the SHA-256 of values (S-07); by default as the store says, and `true` for a new one. */
  readonly hashValues?: boolean | undefined;
  /** No writes. */
  readonly readOnly?: boolean | undefined;
  /** Longest time that one operation may take, waiting for a lost connection included. */
  readonly timeoutMs: number;
  readonly wait?: ReplicaWait | undefined;
  /** `undefined`: every look-up asks the server. */
  readonly nearCache?: NearCacheOptions | undefined;
}
