// A backend that keeps its users' sessions by WAMP procedures: log in, who is this, list, log out everywhere.
//
//   node --import tsx examples/sessions/backend.ts ws://127.0.0.1:8081 backend SECRET-FILE
//
// The router has the role `backend`, to which the component's configuration gives these procedures
// (config/sessions.json, config/crossbar/sessions.json).

import { readFileSync } from "node:fs";
import autobahn from "autobahn";
import { WebSocket } from "ws";

/** What this example looks at of the results; docs/procedures.md has all of it. */
interface SessionMap {
  readonly oid: string;
  readonly authid: string;
  readonly scope: readonly string[];
}
interface Login extends SessionMap {
  readonly value: string;
  readonly set_cookie: string;
}

const PREFIX = "com.example.session.";
const [url = "ws://127.0.0.1:8081", authid = "backend", secretFile = ""] = process.argv.slice(2);
const secret = readFileSync(secretFile, "utf8").trim();

// autobahn-js uses the global WebSocket, which Node.js has from version 22 on.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const connection = new autobahn.Connection({
  url,
  realm: "realm1",
  authid,
  authmethods: ["wampcra"],
  onchallenge: (_session, _method, extra) => autobahn.auth_cra.sign(secret, extra.challenge),
});

connection.onopen = async (session) => {
  const call = <Result>(name: string, kwargs: object) => session.call<Result>(PREFIX + name, [], kwargs);
  try {
    // Events tell every change, and never a value.
    await session.subscribe(`${PREFIX}on_logout`, (_args, event) => {
      console.log(`event: ${event.authid} logged out (${event.reason})`);
    });

    // After your own check of the password: the browser's address and agent are for the user's list of sessions.
    const login = await call<Login>("login", {
      authid: "joe",
      authrole: "user",
      scope: "read write",
      device: { peer: "192.0.2.7", user_agent: "Mozilla/5.0" },
    });
    // Send this header to the browser. It holds the secret: don't log it.
    console.log(`Set-Cookie has ${login.set_cookie.length} characters`);

    const user = await call<SessionMap | null>("get_user", { value: login.value, scope: "read" });
    console.log(`this is ${user?.authid}, scope ${user?.scope.join(" ")}`);

    const { sessions } = await call<{ sessions: SessionMap[] }>("list", { authid: "joe" });
    console.log(`joe has ${sessions.length} session(s)`);

    const { ended } = await call<{ ended: string[] }>("logout_user", { authid: "joe" });
    console.log(`ended: ${ended.length} session(s)`);

    console.log(`and now: ${await call<SessionMap | null>("get_user", { value: login.value })}`);
  } catch (error) {
    console.error(error instanceof autobahn.Error ? `${error.error}: ${error.args}` : error);
    process.exitCode = 1;
  } finally {
    connection.close();
  }
};
connection.onclose = (reason, details) => {
  // The reason is "closed" for a login that was refused, too: what the router said is in the details.
  if (details.reason === "wamp.close.normal") return true;
  console.error(`no connection: ${reason} ${details.reason ?? ""}`);
  process.exitCode = 1;
  return true; // don't try again
};
connection.open();
