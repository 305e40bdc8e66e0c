// How our metrics are named.

/** What every metric of ours begins with; those of the process itself have the names of prom-client. */
export const METRIC_PREFIX = "wamp_cookie_authenticator_";
