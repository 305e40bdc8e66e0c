// Metrics of live WAMP sessions, as the views of the routers' realms have them.

import { Counter, Gauge, type Registry } from "prom-client";
import type { LiveRealmName } from "../live/live-realm.js";
import type { LiveEndReason } from "../live/session-end.js";
import type { ServiceStatus } from "../service/service.js";
import type { SessionObserver } from "../service/session-observer.js";
import { METRIC_PREFIX } from "./metric-names.js";

type LiveNumber = "sessions" | "withCookie" | "told" | "overdue";

const GAUGES: readonly (readonly [LiveNumber, string, string])[] = [
  ["sessions", "live_sessions", "WAMP sessions that are joined to a realm with session procedures."],
  ["withCookie", "live_sessions_with_cookie", "Those of them that joined with a cookie of ours."],
  ["told", "live_sessions_told", "Those of them that were told to leave and are still there."],
  [
    "overdue",
    "live_sessions_overdue",
    "Those of them that were told longer ago than sessions.leaveTimeout: their clients ignore GOODBYE. Should be 0.",
  ],
];

const REASONS: readonly LiveEndReason[] = ["revoked", "expired", "idle", "rights_changed"];

export interface LiveMetrics extends Pick<SessionObserver, "told"> {
  /** Sets the gauges. */
  show(status: ServiceStatus): void;
}

/** Registers the metrics. */
export function createLiveMetrics(registers: Registry[]): LiveMetrics {
  const labelNames = ["router", "realm"] as const;
  const gauges = GAUGES.map(([key, name, help]) => ({
    key,
    gauge: new Gauge({ name: `${METRIC_PREFIX}${name}`, help, labelNames, registers }),
  }));
  const ended = new Counter({
    name: `${METRIC_PREFIX}live_sessions_ended_total`,
    help: "Live WAMP sessions that the router was made to end. reason: revoked, expired, idle or rights_changed.",
    labelNames: ["router", "realm", "reason"],
    registers,
  });
  return {
    told: (at, reason) => ended.inc({ ...labelsOf(at), reason }),
    show({ sessions }) {
      const live = sessions?.live ?? [];
      for (const { key, gauge } of gauges) {
        gauge.reset();
        for (const realm of live) gauge.set(labelsOf(realm), realm[key]);
      }
      // A series that appears with its first event has no rate.
      for (const realm of live) for (const reason of REASONS) ended.inc({ ...labelsOf(realm), reason }, 0);
    },
  };
}

function labelsOf({ router, realm }: LiveRealmName) {
  return { router, realm };
}
