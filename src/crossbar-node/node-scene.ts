// What every check of a node configuration looks at: its parts, and our configuration.

import type { Config } from "../config/config.js";
import { type ComponentLink, findComponentLinks } from "./component-link.js";
import { findRealms, findTransports, type NodeRealm, type NodeTransport } from "./crossbar-node.js";

/** One node configuration beside ours. */
export interface NodeScene {
  /** The content of Crossbar's file: any JSON. */
  readonly node: unknown;
  readonly transports: readonly NodeTransport[];
  readonly realms: readonly NodeRealm[];
  /** Where our routers' URLs lead to in this node. */
  readonly links: readonly ComponentLink[];
  readonly config: Config;
  /** Absolute path where Crossbar's relative paths begin. */
  readonly nodeDirectory: string;
}

/** Picks the parts out of a parsed node configuration. */
export function createNodeScene(node: unknown, config: Config, nodeDirectory: string): NodeScene {
  const transports = findTransports(node);
  const links = findComponentLinks(transports, config.routers);
  return { node, transports, realms: findRealms(node), links, config, nodeDirectory };
}
