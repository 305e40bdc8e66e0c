// Step 5: how often a peer may fail. Limits are by peer, never by cookie or authid: nobody can lock a user out.

import { type Denial, deny } from "./outcome.js";
import { toPeerKey } from "./peer-key.js";
import { RecentMap } from "./recent-map.js";
import { type BucketSize, TokenBucket } from "./token-bucket.js";

/** How many credentials may fail: unknown, malformed, expired, of another realm, and the like. */
export interface FailureLimits {
  /** Of one peer: an IPv4 address, or an IPv6 network of 64 bits; peers without an address share one. */
  readonly peer: BucketSize;
  /**
   * Of all peers together. Beyond it no peer has a burst: only one whose own bucket is full is still served. To refuse
   * everybody would let an attacker with enough addresses lock all users out.
   */
  readonly total: BucketSize;
}

export interface FailureLimiter {
  /** The denial of a peer that has failed too often; a credential of it is not looked up at all. */
  check(peer: string | undefined): Denial | undefined;
  /** A credential of this peer has failed. */
  count(peer: string | undefined): void;
  /** Other limits from now on; who has failed before has failed. */
  resize(limits: FailureLimits): void;
}

/** Most peers remembered, about 1 MB; who is forgotten begins anew. */
const MAX_PEERS = 10_000;

/**
 * A limiter with full buckets. Only failures take tokens: neither a valid cookie nor a refusal by this limiter does, so
 * that a peer that goes on asking is served again as its tokens come back. Look-ups that wait for a store are counted
 * when they have failed: up to `maxInFlight` of them may pass beyond the limit.
 *
 * @param nowMs a clock that doesn't follow the wall clock, in ms
 */
export function createFailureLimiter(initial: FailureLimits, nowMs: () => number): FailureLimiter {
  let limits = initial;
  let perPeer = limits.peer.burst > 0;
  let inAll = limits.total.burst > 0;
  const peers = new RecentMap<TokenBucket>(MAX_PEERS);
  const total = new TokenBucket(limits.total, nowMs());

  const checkPeer = (peer: string | undefined, now: number): Denial | undefined => {
    const own = peers.size === 0 ? undefined : peers.get(toPeerKey(peer));
    if (own === undefined) return undefined;
    if (!own.hasToken(now)) return deny("rate-limited", { detail: "this peer" });
    if (inAll && !total.hasToken(now) && !own.isFull(now))
      return deny("rate-limited", { detail: "all peers" });
    return undefined;
  };

  const countPeer = (peer: string | undefined, now: number): void => {
    const key = toPeerKey(peer);
    let own = peers.get(key);
    if (own === undefined) {
      own = new TokenBucket(limits.peer, now);
      peers.set(key, own);
    }
    own.take(now);
  };

  return {
    check(peer) {
      if (perPeer) return checkPeer(peer, nowMs());
      return inAll && !total.hasToken(nowMs()) ? deny("rate-limited", { detail: "all peers" }) : undefined;
    },
    count(peer) {
      const now = nowMs();
      if (perPeer) countPeer(peer, now);
      total.take(now);
    },
    resize(next) {
      const now = nowMs();
      limits = next;
      perPeer = next.peer.burst > 0;
      inAll = next.total.burst > 0;
      for (const own of peers.values()) own.resize(next.peer, now);
      total.resize(next.total, now);
    },
  };
}
