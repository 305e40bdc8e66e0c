// Our login on a transport of the node: whether it knows method, user and secret.

import { toArray } from "../config/json-object.js";
import { toKeyPath } from "../json-schema/key-problem.js";
import type { ComponentLink } from "./component-link.js";
import type { NodeFinding } from "./node-finding.js";
import { toPublicKey } from "./public-key.js";

const PUBLIC_KEY = /^[0-9a-f]{64}$/i;

/** Findings about the login of one link. Secrets are compared and never shown. */
export function checkComponentLogin(link: ComponentLink): NodeFinding[] {
  const { router, transport, login } = link;
  const { method } = router.login;
  const path = `${transport.path}.auth.${method}`;
  if (login.state === "no-method") {
    return [
      {
        kind: "component-login",
        level: "warning",
        path,
        message: `is missing, and our router "${router.name}" logs in here by ${method}`,
        hint: "offer the method here, or give the router in our configuration another url or auth",
      },
    ];
  }
  if (login.state === "no-user") {
    const authid = router.login.method === "anonymous" ? undefined : router.login.authid;
    return [
      {
        kind: "component-login",
        level: "warning",
        path: `${path}.${method === "wampcra" ? "users" : "principals"}`,
        message:
          authid === undefined
            ? `has nobody with the public key that our router "${router.name}" logs in with`
            : `has no "${authid}", as which our router "${router.name}" logs in`,
        hint: "add it with the secret or public key of our configuration; `crossbar config` prints the entry",
      },
    ];
  }
  return login.state === "known" && !hasOurSecret(link) ? [secretFinding(link, path)] : [];
}

/** Whether both files agree, as far as they tell: the environment is read by two processes, and isn't compared. */
function hasOurSecret({ router: { login }, login: { entry } }: ComponentLink): boolean {
  switch (login.method) {
    case "anonymous":
      return true;
    case "ticket":
    case "wampcra": {
      const theirs = login.method === "ticket" ? entry.ticket : entry.secret;
      return typeof theirs !== "string" || theirs.startsWith("$") || theirs === login.secret;
    }
    case "cryptosign": {
      const keys = toArray(entry.authorized_keys);
      if (!keys.every((key) => typeof key === "string" && PUBLIC_KEY.test(key))) return true;
      return keys.some((key) => String(key).toLowerCase() === toPublicKey(login.privateKey));
    }
  }
}

function secretFinding({ router }: ComponentLink, path: string): NodeFinding {
  const { login } = router;
  const authid = login.method === "anonymous" ? undefined : login.authid;
  const key =
    login.method === "cryptosign" ? "authorized_keys" : login.method === "ticket" ? "ticket" : "secret";
  return {
    kind: "component-secret",
    level: "error",
    path: `${path}.${toKeyPath([login.method === "wampcra" ? "users" : "principals", authid ?? "", key])}`,
    message: `isn't the one that our router "${router.name}" logs in with: it is refused`,
    hint: "give both sides the same; better from the environment than in the files",
  };
}
