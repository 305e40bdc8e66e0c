// A Crossbar node of several router workers, each with the realm, the authenticator and the session procedures.

import { sessionsNode } from "./crossbar-sessions-node.js";

/** One router worker: a realm of the same name on another worker is another realm. */
export interface ManyNodeWorker {
  /** Components log in here. */
  readonly component: number;
  /** Our authenticator. */
  readonly client: number;
}

export interface ManyNodeOptions {
  readonly workers: readonly ManyNodeWorker[];
  /** `auto_ping_interval` and `auto_ping_timeout` of the component transports, in milliseconds; none: no pings. */
  readonly pings: { readonly intervalMs: number; readonly timeoutMs: number } | undefined;
}

interface Worker {
  readonly transports: readonly { readonly endpoint: { readonly interface?: string } }[];
}

/** The configuration. Its ports are open on all interfaces, since components may be in other network namespaces. */
export function manyNode({ workers, pings }: ManyNodeOptions): object {
  const options =
    pings === undefined ? {} : { auto_ping_interval: pings.intervalMs, auto_ping_timeout: pings.timeoutMs };
  return {
    version: 2,
    controller: {},
    workers: workers.map((ports) => {
      const node = sessionsNode(ports, "") as { readonly workers: readonly [Worker] };
      const [worker] = node.workers;
      const [component, client] = worker.transports.map(({ endpoint, ...rest }) => {
        const { interface: _loopback, ...anywhere } = endpoint;
        return { endpoint: anywhere, ...rest };
      });
      return { ...worker, transports: [{ ...component, options }, client] };
    }),
  };
}
