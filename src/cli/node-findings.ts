// Crossbar's node configuration checked with ours, for `start` and `check-config`.

import type { Config } from "../config/config.js";
import { checkCrossbarNode } from "../crossbar-node/check-crossbar-node.js";
import { loadCrossbarNode } from "../crossbar-node/load-crossbar-node.js";
import type { NodeFinding } from "../crossbar-node/node-finding.js";

/**
 * The findings in `nodeFile`, or in the node configuration that ours names; none if there is neither.
 *
 * @throws what `loadCrossbarNode` throws
 */
export async function findNodeFindings(config: Config, nodeFile: string | undefined): Promise<NodeFinding[]> {
  const file = nodeFile ?? config.crossbarNode;
  if (file === undefined) return [];
  const { node, nodeDirectory } = await loadCrossbarNode(file);
  return checkCrossbarNode(node, config, { nodeDirectory });
}

/** A finding as text: the path, what is wrong, and how to mend it. */
export function toFindingText({ level, path, message, hint }: Omit<NodeFinding, "kind">): string {
  return `${level} in Crossbar's node configuration: ${path === "" ? "" : `${path}: `}${message}\n  hint: ${hint}`;
}
