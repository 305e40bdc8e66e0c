// Step 10: the answer for the router, built here and nowhere else.

import { OID_KEY } from "../record/oid-key.js";
import type { RouterAnswer } from "./authenticator.js";
import type { Principal } from "./outcome.js";

/**
 * Crossbar reads `realm`, `authid`, `role` and `extra`; all four are always set, since it fills gaps with what the
 * client asked for. The same under WAMP's own names is for people and for other routers. `extra` carries the cookie's
 * oid, by which live connections are found when the cookie ends; an anonymous principal has none, and no text of the
 * client's is taken for one.
 */
export function toReply(principal: Principal): RouterAnswer {
  const { realm, authid, role, oid } = principal;
  const extra = oid === undefined ? principal.extra : { ...principal.extra, [OID_KEY]: oid };
  return { reply: { realm, authid, role, extra, authrealm: realm, authrole: role, authextra: extra } };
}

/** What every refused client sees, whatever the reason: which one it was would help an attacker (OWASP ASVS 6.3.8). */
export const DENIED: RouterAnswer = {
  error: { uri: "wamp.error.authentication_failed", text: "authentication failed" },
};

/** What every client sees while we can't tell: a fault of ours is not a fault of its cookie. */
export const UNAVAILABLE: RouterAnswer = {
  error: {
    uri: "wamp.error.unavailable",
    text: "authentication is not available at the moment, try again later",
  },
};
