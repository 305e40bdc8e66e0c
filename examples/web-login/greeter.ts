// A backend of the application: one procedure, which the router tells who calls. Sessions are no concern of it.
//
//   node --import tsx examples/web-login/greeter.ts ws://127.0.0.1:8081 realm1 backend SECRET-FILE

import { readFileSync } from "node:fs";
import autobahn from "autobahn";
import { WebSocket } from "ws";

const [url = "ws://127.0.0.1:8081", realm = "realm1", authid = "backend", secretFile = ""] =
  process.argv.slice(2);
const secret = readFileSync(secretFile, "utf8").trim();

// autobahn-js uses the global WebSocket, which Node.js has from version 22 on.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const connection = new autobahn.Connection({
  url,
  realm,
  authid,
  authmethods: ["wampcra"],
  max_retries: -1,
  onchallenge: (_session, _method, extra) => autobahn.auth_cra.sign(secret, extra.challenge),
});

/** Crossbar says who calls where the caller's role has `"disclose": {"caller": true}`. */
type Disclosed = autobahn.IInvocation & { readonly caller_authid?: string };

connection.onopen = async (session) => {
  await session.register("com.example.app.greet", (_args, _kwargs, details?: Disclosed) => {
    // The router's word, which came from the cookie: the page can't say that it is somebody else.
    return `The backend says hello to ${details?.caller_authid}.`;
  });
  console.log("registered");
};

connection.open();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => connection.close());
}
