// Metrics of the connections to routers: one for the authenticator, one for each realm with session procedures.

import { Counter, Gauge, type Registry } from "prom-client";
import type { ServiceStatus } from "../service/service.js";
import { METRIC_PREFIX } from "./metric-names.js";

/** `connection`: what it is for, since both may join the same realm. */
interface Connection {
  readonly labels: Readonly<Record<"router" | "connection" | "realm", string>>;
  readonly isJoined: boolean;
  readonly isRegistered: boolean;
  /** `undefined`: it has nothing to watch. */
  readonly isWatching: boolean | undefined;
  readonly joins: number;
}

/** Registers the metrics, and gives how to set them. */
export function createRouterMetrics(registers: Registry[]): (status: ServiceStatus) => void {
  const labelNames = ["router", "connection", "realm"] as const;
  const joined = new Gauge({
    name: `${METRIC_PREFIX}router_joined`,
    help: "1: this connection is joined. connection: authenticator, or sessions (one for each realm).",
    labelNames,
    registers,
  });
  const registered = new Gauge({
    name: `${METRIC_PREFIX}router_registered`,
    help: "1: the router can call the procedures of this connection.",
    labelNames,
    registers,
  });
  const watching = new Gauge({
    name: `${METRIC_PREFIX}router_watching`,
    help: "1: this component knows who is joined to the realm; connections for sessions only.",
    labelNames,
    registers,
  });
  const reconnects = new Counter({
    name: `${METRIC_PREFIX}router_reconnects_total`,
    help: "Times that a connection was joined again after it had ended.",
    labelNames,
    registers,
  });
  return (status) => {
    for (const metric of [joined, registered, watching, reconnects]) metric.reset();
    for (const { labels, isJoined, isRegistered, isWatching, joins } of toConnections(status)) {
      joined.set(labels, Number(isJoined));
      registered.set(labels, Number(isRegistered));
      if (isWatching !== undefined) watching.set(labels, Number(isWatching));
      reconnects.inc(labels, Math.max(0, joins - 1));
    }
  };
}

function toConnections({ routers, sessions }: ServiceStatus): Connection[] {
  return [
    ...routers.map(({ name, realm, state, registered, joins }) => ({
      labels: { router: name, connection: "authenticator", realm },
      isJoined: state === "joined",
      isRegistered: registered,
      isWatching: undefined,
      joins,
    })),
    ...(sessions?.realms ?? []).map(({ router, realm, state, registered, watching, joins }) => ({
      labels: { router, connection: "sessions", realm },
      isJoined: state === "joined",
      isRegistered: registered,
      isWatching: watching,
      joins,
    })),
  ];
}
