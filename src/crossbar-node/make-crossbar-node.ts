// A node configuration that matches ours: what `crossbar config` prints, whole or in parts.

import { findSharedDatabase, makeClientTransport } from "./make-client-transport.js";
import { makeComponentTransport } from "./make-component-transport.js";
import { makeAuthenticator, makeGuest } from "./make-guest.js";
import { makeRealms } from "./make-realms.js";
import type { NodeRequest } from "./node-request.js";

/** The parts that can be had one by one. */
export const NODE_PARTS = ["realm", "transports", "authenticator", "guest"] as const;
export type NodePart = (typeof NODE_PARTS)[number];

/** One part: a list of realms, a list of transports, the `auth` of a transport, or a worker. */
export function makeNodePart(part: NodePart, request: NodeRequest): object {
  switch (part) {
    case "realm":
      return makeRealms(request, findOwnRole(request));
    case "transports":
      return [makeClientTransport(request), makeComponentTransport(request, findOwnRole(request))];
    case "authenticator":
      return makeAuthenticator(request.router);
    case "guest":
      return makeGuest(request);
  }
}

/** The whole: one router worker, and this component as a guest worker. */
export function makeCrossbarNode(request: NodeRequest): object {
  const realms = makeNodePart("realm", request);
  const transports = makeNodePart("transports", request);
  const workers = [{ type: "router", realms, transports }, makeNodePart("guest", request)];
  return { version: 2, controller: {}, workers };
}

/** What nobody can know but who runs the node: one line each. */
export function nodeNotes({ config, router }: NodeRequest): string[] {
  const { policy, sessions } = config;
  const { method } = router.login;
  const notes: (readonly [needed: boolean, note: string])[] = [
    [
      method === "ticket" || method === "wampcra",
      "start Crossbar with AUTHENTICATOR_SECRET in its environment: the secret of this router's auth",
    ],
    [true, "port and interface of the first transport are examples"],
    [
      findSharedDatabase(config) !== undefined,
      "fill in `users` of /login, or its dynamic authenticator: nobody can log in there yet",
    ],
    [
      policy.allowedRoles === undefined,
      "add a role with your own permissions for each role that your cookies have",
    ],
    [policy.allowedRoles !== undefined, "give your own roles the permissions that your application needs"],
    [
      sessions !== undefined,
      "backends that call session procedures need a login of their own on the second transport",
    ],
    [
      new URL(router.url).protocol === "wss:" || policy.requireSecure,
      "the files under `tls` are examples; their paths begin at the directory of Crossbar's config.json",
    ],
  ];
  return notes.filter(([needed]) => needed).map(([, note]) => note);
}

/** A name for our own role that no other role of our configuration has. */
function findOwnRole({ config: { policy, sessions } }: NodeRequest): string {
  const taken = new Set([
    ...(sessions?.roles.keys() ?? []),
    ...(policy.allowedRoles ?? []),
    policy.anonymousRole,
  ]);
  return ["authenticator", "cookie-authenticator"].find((name) => !taken.has(name)) ?? "component";
}
