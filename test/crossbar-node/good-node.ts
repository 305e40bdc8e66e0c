// A configuration of ours with everything in it, and the node configuration that we make for it.

import type { Config } from "../../src/config/config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { makeCrossbarNode } from "../../src/crossbar-node/make-crossbar-node.js";
import type { NodeFinding } from "../../src/crossbar-node/node-finding.js";
import { content, type Json, load, router } from "../config/temporary-config.js";

export const COMMAND = ["/usr/bin/node", "/opt/wca/bin/wamp-cookie-authenticator.js"];
export const SECRET = "our-secret-in-the-file";

/** Our configuration with sessions in two realms; `changes` replace whole parts. */
export function ourContent(changes: Json = {}): Json {
  return content({
    store: { path: "/node/.cookies" },
    routers: [
      router({
        auth: { method: "wampcra", authid: "authenticator", secret: SECRET },
        sessionRealms: ["realm1", "realm2"],
      }),
    ],
    authenticator: { allowedRoles: ["user", "guest"] },
    sessions: {
      prefix: "com.example.session.",
      roles: { backend: ["login", "logout_user"], user: ["my_sessions"] },
    },
    ...changes,
  });
}

/** The node configuration that `crossbar config` prints, as any JSON: a test may change it. */
export function makeNode(config: Config): ChangeableNode {
  const [first] = config.routers;
  if (first === undefined) throw new Error("a configuration without routers");
  const node = makeCrossbarNode({ config, router: first, command: COMMAND });
  return JSON.parse(JSON.stringify(node)) as ChangeableNode;
}

/** The node configuration of `ourContent`, with names for its places. */
export interface ChangeableNode {
  readonly workers: [
    { type: string; realms: ChangeableRealm[]; transports: [ClientTransport, ComponentTransport] },
    ...Json[],
  ];
}

export interface ChangeableRealm {
  name: string;
  options?: Json;
  roles: { name: string; permissions: Json[] }[];
}

interface ClientTransport {
  type: string;
  endpoint: Json;
  paths: { login: { cookie: Json & { store: Json }; auth: Json }; ws: Json & { auth: Record<string, Json> } };
}

interface ComponentTransport {
  endpoint: Json;
  options: Json;
  serializers?: string[];
  auth: { wampcra: { users: Record<string, Json> }; [method: string]: unknown };
}

/** The findings in the good node after a change. */
export async function findIn(
  change: (node: ChangeableNode) => void = () => {},
  ours: Json = {},
): Promise<NodeFinding[]> {
  const config = await load(ourContent(ours));
  // One file, so that the guest worker runs the configuration that the node is held against.
  const node = makeNode({ ...(await load(ourContent())), file: config.file });
  change(node);
  return checkCrossbarNode(node, config, { nodeDirectory: "/node" });
}
