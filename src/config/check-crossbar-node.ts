// Checks the router's node configuration against ours: what Crossbar accepts at start and what fails later.

import { checkAuthenticatorUse } from "./check-authenticator-use.js";
import { checkComponentTransport } from "./check-component-transport.js";
import { checkCookieStores } from "./check-cookie-stores.js";
import type { Config } from "./config.js";
import { findTransports, type NodeFinding } from "./crossbar-node.js";

/**
 * All findings in a parsed node configuration, in the order of its transports. Reads no file.
 *
 * @param node the content of Crossbar's config.json; any JSON value is borne
 * @param options.nodeDirectory absolute path of the directory with config.json, where Crossbar's own relative
 *   paths begin
 */
export function checkCrossbarNode(
  node: unknown,
  config: Config,
  options: { readonly nodeDirectory: string },
): NodeFinding[] {
  const transports = findTransports(node);
  return [
    ...checkAuthenticatorUse(transports, config),
    ...checkCookieStores(transports, config, options.nodeDirectory),
    ...checkComponentTransport(node, transports, config),
  ];
}
