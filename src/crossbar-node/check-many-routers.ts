// Several router workers and routers: that each asks somebody who is registered there, and that no rlink stands between.

import { toArray, toObject, toText } from "../config/json-object.js";
import type { NodeRealm } from "./crossbar-node.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Findings about router workers that we aren't attached to, and about links between routers. */
export function checkManyRouters(scene: NodeScene): NodeFinding[] {
  return [...checkWorkers(scene), ...checkRlinks(scene)];
}

/** A realm of the same name on another worker is another realm, with registrations of its own. */
function checkWorkers({ node, transports, links }: NodeScene): NodeFinding[] {
  // With a port mapping or a proxy in between nothing is known of any worker.
  if (links.length === 0) return [];
  return transports.flatMap(({ worker, settings, path }) => {
    if (toObject(toArray(toObject(node).workers)[worker]).type !== "router") return [];
    return Object.entries(toObject(settings.auth)).flatMap(([name, method]) => {
      const { type, authenticator, "authenticator-realm": realm } = toObject(method);
      const asks = links.filter(
        ({ router }) =>
          type === "dynamic" &&
          router.procedure === authenticator &&
          router.realm === (realm ?? router.realm),
      );
      if (asks.length === 0 || asks.some(({ transport }) => transport.worker === worker)) return [];
      const finding: NodeFinding = {
        kind: "component-worker",
        level: "warning",
        path: `${path}.auth.${name}`,
        message:
          `calls ${toText(authenticator)} on this router worker, and none of our routers leads to a transport of it: ` +
          "every client is refused. Realms of two workers are two realms, even with one name.",
        hint: "give this worker a transport for components, and add its URL to our `routers`",
      };
      return [finding];
    });
  });
}

/** Seen in Crossbar 26.10.1: what a procedure throws is lost on the link, and its caller gets null. */
function checkRlinks({ realms, config }: NodeScene): NodeFinding[] {
  const ours = new Set(config.routers.flatMap(({ realm, sessionRealms }) => [realm, ...sessionRealms]));
  return realms.flatMap((realm) =>
    realm.rlinks.flatMap((rlink, index) => {
      const linked = [realm.name, toText(rlink.realm) ?? ""].find((name) => ours.has(name));
      return linked === undefined || !forwardsCalls(rlink) ? [] : [rlinkFinding(realm, index, linked)];
    }),
  );
}

function forwardsCalls({ forward_local_invocations: local, forward_remote_invocations: remote }: JsonLink) {
  return local !== false || remote !== false;
}

type JsonLink = NodeRealm["rlinks"][number];

function rlinkFinding({ path }: NodeRealm, index: number, realm: string): NodeFinding {
  return {
    kind: "component-rlink",
    level: "warning",
    path: `${path}.rlinks[${index}]`,
    message:
      `forwards the procedures that we register on "${realm}", so that joins of one router are answered over the ` +
      "other. What a procedure throws is lost on the way: clients with a good cookie are denied where a fault kept " +
      "us from looking, and session procedures that failed give null.",
    hint:
      'set "forward_local_invocations" and "forward_remote_invocations" to false, or give our procedures a realm ' +
      "without links; attach this component to each router by itself",
  };
}
