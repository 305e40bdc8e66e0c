// autobahn-js, made silent and given our WebSocket transport. The only file that imports the package.

import autobahnPackage from "autobahn";
import type { Autobahn } from "./autobahn-types.js";
import { WsTransportFactory } from "./ws-transport.js";

/** The name of our transport in `ConnectionOptions.transports`. */
export const WS_TRANSPORT = "wamp-cookie-authenticator";

// With AUTOBAHN_DEBUG or AUTOBAHN_TRACE in the environment, autobahn prints every message it sends or receives:
// tickets and Cookie headers in clear. Its warnings go to the console past our log. Both are dropped; what
// is worth knowing reaches us through the connection's handlers.
autobahnPackage.log.debug = () => {};
autobahnPackage.log.warn = () => {};
autobahnPackage.transports.register(WS_TRANSPORT, WsTransportFactory);

export const autobahn: Autobahn = autobahnPackage;
