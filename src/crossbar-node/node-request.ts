// What a node configuration is made for.

import type { Config, RouterConfig } from "../config/config.js";

/** One of our routers, and how this component is run. */
export interface NodeRequest {
  readonly config: Config;
  /** The one of our routers that runs the node. */
  readonly router: RouterConfig;
  /** Executable and first arguments that run our command line, absolute. */
  readonly command: readonly string[];
}

/** Where Crossbar fills in our secret from its environment: no secret of ours is ever printed. */
export const SECRET_PLACEHOLDER = "$" + "{AUTHENTICATOR_SECRET}";
