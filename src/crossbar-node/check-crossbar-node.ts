// Checks the router's node configuration against ours: what Crossbar accepts at start and what fails later.

import type { Config } from "../config/config.js";
import { checkAuthenticatorUse } from "./check-authenticator-use.js";
import { checkClientAuth } from "./check-client-auth.js";
import { checkComponentLinks } from "./check-component-link.js";
import { checkComponentRealms } from "./check-component-realm.js";
import { checkCookieStores } from "./check-cookie-stores.js";
import { checkForeignRoles } from "./check-foreign-roles.js";
import { checkGrantedRoles } from "./check-granted-roles.js";
import { checkGuests } from "./check-guests.js";
import { checkManyRouters } from "./check-many-routers.js";
import { checkSessionRealms } from "./check-session-realms.js";
import type { NodeFinding } from "./node-finding.js";
import { createNodeScene } from "./node-scene.js";

/**
 * All findings in a parsed node configuration, check by check. Reads no file.
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
  const scene = createNodeScene(node, config, options.nodeDirectory);
  return [
    ...checkAuthenticatorUse(scene),
    ...checkClientAuth(scene),
    ...checkCookieStores(scene),
    ...checkComponentLinks(scene),
    ...checkComponentRealms(scene),
    ...checkManyRouters(scene),
    ...checkSessionRealms(scene),
    ...checkForeignRoles(scene),
    ...checkGrantedRoles(scene),
    ...checkGuests(scene),
  ];
}
