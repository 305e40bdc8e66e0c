// The transports whose authenticator is one of our procedures.

import type { Config } from "./config.js";
import type { NodeFinding, NodeTransport } from "./crossbar-node.js";
import { type JsonObject, toObject, toText } from "./json-object.js";

/** Findings about `auth` methods of type `dynamic` that call us. */
export function checkAuthenticatorUse(transports: readonly NodeTransport[], config: Config): NodeFinding[] {
  const procedures = new Set(config.routers.map(({ procedure }) => procedure));
  const findings: NodeFinding[] = [];
  let used = false;

  for (const transport of transports) {
    const methods = Object.entries(toObject(transport.settings.auth)).filter(([, method]) => {
      const { type, authenticator } = toObject(method);
      return type === "dynamic" && procedures.has(toText(authenticator) ?? "");
    });
    if (methods.length === 0) continue;
    used = true;
    if (transport.settings.cookie !== undefined) findings.push(trackingFinding(transport));
    for (const [name, method] of methods) {
      findings.push(...checkMethod(toObject(method), `${transport.path}.auth.${name}`, config));
    }
  }
  if (!used) {
    findings.push({
      level: "warning",
      path: "",
      message: `no transport of a router or proxy worker has ${[...procedures].join(" or ")} as authenticator`,
      hint: 'give a transport "auth": {"ticket": {"type": "dynamic", "authenticator": …}}',
    });
  }
  return findings;
}

function trackingFinding({ path }: NodeTransport): NodeFinding {
  return {
    level: "warning",
    path: `${path}.cookie`,
    message:
      "cookie tracking and this authenticator don't belong on one transport. After each of our answers Crossbar " +
      "stores the identity in the tracking cookie of that connection: it makes new authenticated cookies, which " +
      "outlive logout and expiry of the first, and overwrites the stored authextra.",
    hint: "drop `cookie` here; track cookies on the transport where users log in",
  };
}

function checkMethod(method: JsonObject, path: string, config: Config): NodeFinding[] {
  const findings: NodeFinding[] = [];
  const role = method["authenticator-role"];
  if (role !== undefined && role !== "trusted") {
    findings.push({
      level: "error",
      path: `${path}.authenticator-role`,
      message: "Crossbar accepts this role at start, and then every client hangs without an answer",
      hint: 'set it to "trusted", or drop it',
    });
  }
  const realm = toText(method["authenticator-realm"]);
  const procedure = toText(method.authenticator);
  const ours = [
    ...new Set(config.routers.filter((router) => router.procedure === procedure).map((r) => r.realm)),
  ];
  const inOurs = ours.map((name) => `"${name}"`).join(" or ");
  if (realm === undefined) {
    findings.push({
      level: "warning",
      path: `${path}.authenticator-realm`,
      message: "is missing: Crossbar then calls the procedure on the realm that the client asks for",
      hint: `set it to ${inOurs}, where this component registers ${procedure}`,
    });
  } else if (!ours.includes(realm)) {
    findings.push({
      level: "error",
      path: `${path}.authenticator-realm`,
      message: `this component registers ${procedure} on ${inOurs}, not here: every client is refused`,
      hint: "make it the `realm` of the router in our configuration, or the other way round",
    });
  }
  return findings;
}
