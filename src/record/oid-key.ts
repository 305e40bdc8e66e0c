// The one key of authextra that is ours.

/**
 * Key of the reply's `extra` that carries the cookie's oid: so the client knows its session, and a router says which
 * cookie a live WAMP session came with. An oid is no secret. What a stored authextra has under this key isn't given out.
 */
export const OID_KEY = "cookie_oid";
