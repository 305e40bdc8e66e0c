// A web application whose login is good for WAMP as well.
//
//   node --import tsx examples/web-login/server.ts --config authenticator.json --users users.json \
//     --wamp-url ws://localhost:8080/ws --realm realm1 --prefix com.example.session. --port 3000
//
// The configuration file is that of the component: one cookie database, one cookie, one list of allowed origins.

import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { parseArgs } from "node:util";
import { openWebSessions } from "wamp-cookie-authenticator/http";
import { createApp } from "./app.js";
import { Users } from "./users.js";

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "authenticator.json" },
    users: { type: "string", default: "users.json" },
    "wamp-url": { type: "string", default: "ws://localhost:8080/ws" },
    realm: { type: "string", default: "realm1" },
    prefix: { type: "string", default: "com.example.session." },
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "3000" },
    "tls-cert": { type: "string" },
    "tls-key": { type: "string" },
  },
});

const users = Users.read(values.users);
const { web, close } = await openWebSessions({ config: values.config });
const tls =
  values["tls-cert"] === undefined || values["tls-key"] === undefined
    ? undefined
    : { cert: readFileSync(values["tls-cert"]), key: readFileSync(values["tls-key"]) };
const app = createApp({
  web,
  users,
  wampUrl: values["wamp-url"],
  realm: values.realm,
  prefix: values.prefix,
  isTls: tls !== undefined,
});
const server = tls === undefined ? createHttpServer(app) : createHttpsServer(tls, app);
server.listen(Number(values.port), values.host, () => console.log(`listening on port ${values.port}`));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => void close());
    server.closeAllConnections();
  });
}
