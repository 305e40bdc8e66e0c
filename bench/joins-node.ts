// The routers of the bench `joins`: several router workers of one Crossbar, and which of them each layout uses.

import { sessionsNode } from "../test/support/crossbar-sessions-node.js";

/** A router worker, which has no others' realms, and its authenticators behind one shared registration. */
export interface JoinsWorker {
  readonly authenticators: number;
  /** Whether these have sessions too: they watch who is joined, and write last uses. */
  readonly hasSessions: boolean;
}

export interface JoinsLayout {
  readonly name: string;
  /** Numbers of workers. */
  readonly workers: readonly number[];
}

/** All run at once, and those that a layout doesn't use are idle: so layouts can take turns within one run. */
export const WORKERS: readonly JoinsWorker[] = [
  { authenticators: 1, hasSessions: false },
  { authenticators: 2, hasSessions: false },
  { authenticators: 4, hasSessions: false },
  { authenticators: 1, hasSessions: false },
  { authenticators: 1, hasSessions: false },
  { authenticators: 1, hasSessions: false },
  { authenticators: 1, hasSessions: true },
  { authenticators: 4, hasSessions: true },
];

export const LAYOUTS: readonly JoinsLayout[] = [
  { name: "1 router worker, 1 authenticator", workers: [0] },
  { name: "1 router worker, 2 authenticators", workers: [1] },
  { name: "1 router worker, 4 authenticators", workers: [2] },
  { name: "2 router workers, 2 authenticators", workers: [0, 3] },
  { name: "4 router workers, 4 authenticators", workers: [0, 3, 4, 5] },
  { name: "1 router worker, 1 authenticator with sessions", workers: [6] },
  { name: "1 router worker, 4 authenticators with sessions", workers: [7] },
];

export interface JoinsPorts {
  readonly component: number;
  readonly client: number;
}

/** The node's configuration: a router worker for each pair of ports. */
export function joinsNode(ports: readonly JoinsPorts[]): object {
  const workers = ports.flatMap((each) => (sessionsNode(each, "") as { workers: object[] }).workers);
  return { version: 2, controller: {}, workers };
}
