// A WAMP session that a router says is joined, as far as we need to know it.

/** One entry of a view. The view is the router's, not ours: it is read anew at every attach. */
export interface LiveSession {
  /** WAMP session id, unique on its router worker and realm. */
  readonly session: number;
  readonly authid: string;
  readonly authrole: string;
  /** Oid of the cookie that it joined with, as our answer told the router; `undefined`: it has none that we know. */
  readonly oid: string | undefined;
  /**
   * It joined by another login, on a transport with Crossbar's cookie tracking. Its rights aren't the cookie's, so that
   * nothing but the removal of the cookie ends it: logging a user out everywhere means these connections too.
   */
  readonly isTracked: boolean;
  /** When it was told to leave, ns of the steady clock; `undefined`: it wasn't. */
  readonly toldNs: bigint | undefined;
  /** Whether the alarm for not leaving has been raised. */
  readonly isOverdue: boolean;
}

/** The live sessions of one realm on one router. */
export interface LiveView {
  readonly realm: string;
  readonly sessions: ReadonlyMap<number, LiveSession>;
}
