// The transports whose authenticator is one of our procedures.

import type { Config } from "../config/config.js";
import { type JsonObject, toObject, toText } from "../config/json-object.js";
import type { NodeTransport } from "./crossbar-node.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** The authmethods that carry a cookie, and that we answer. */
const ANSWERED = ["ticket", "anonymous"];

interface DynamicMethod {
  readonly path: string;
  readonly name: string;
  readonly settings: JsonObject;
  readonly procedure: string;
}

/** Findings about `auth` methods of type `dynamic` that call us. */
export function checkAuthenticatorUse({ transports, config }: NodeScene): NodeFinding[] {
  const procedures = new Set(config.routers.map(({ procedure }) => procedure));
  const others: DynamicMethod[] = [];
  const findings: NodeFinding[] = [];
  let used = false;

  for (const transport of transports) {
    const methods = dynamicMethods(transport);
    const ours = methods.filter(({ procedure }) => procedures.has(procedure));
    others.push(...methods.filter(({ procedure }) => !procedures.has(procedure)));
    if (ours.length === 0) continue;
    used = true;
    if (transport.settings.cookie !== undefined) findings.push(trackingFinding(transport));
    findings.push(...checkPlain(transport, config));
    for (const method of ours) findings.push(...checkMethod(method, config));
  }
  if (!used) findings.push(unusedFinding([...procedures], others));
  return findings;
}

function dynamicMethods({ settings, path }: NodeTransport): DynamicMethod[] {
  return Object.entries(toObject(settings.auth)).flatMap(([name, method]) => {
    const { type, authenticator } = toObject(method);
    if (type !== "dynamic") return [];
    const procedure = toText(authenticator) ?? "";
    return [{ path: `${path}.auth.${name}`, name, settings: toObject(method), procedure }];
  });
}

function unusedFinding(procedures: readonly string[], others: readonly DynamicMethod[]): NodeFinding {
  const [other] = others;
  return {
    kind: "authenticator-unused",
    level: "warning",
    path: other === undefined ? "" : `${other.path}.authenticator`,
    message: `no transport of a router or proxy worker has ${procedures.join(" or ")} as authenticator`,
    hint:
      other === undefined
        ? 'give a transport "auth": {"ticket": {"type": "dynamic", "authenticator": …}}'
        : "if this one is meant, make it the `procedure` of the router in our configuration, or the other way round",
  };
}

function trackingFinding({ path }: NodeTransport): NodeFinding {
  return {
    kind: "tracking-beside-authenticator",
    level: "warning",
    path: `${path}.cookie`,
    message:
      "cookie tracking and this authenticator don't belong on one transport. After each of our answers Crossbar " +
      "stores the identity in the tracking cookie of that connection: it makes new authenticated cookies, which " +
      "outlive logout and expiry of the first, and overwrites the stored authextra.",
    hint: "drop `cookie` here; track cookies on the transport where users log in",
  };
}

/** without TLS here, and without a proxy that we believe, no connection counts as secure. */
function checkPlain({ endpoint, endpointPath }: NodeTransport, { policy }: Config): NodeFinding[] {
  if (!policy.requireSecure || policy.trustedProxies.length > 0 || endpoint.tls !== undefined) return [];
  return [
    {
      kind: "plain-transport",
      level: "error",
      path: endpointPath,
      message: "has no TLS, which our authenticator.requireSecure asks for: every client is refused",
      hint: "add `tls` here, or name the proxy that ends TLS in our authenticator.trustedProxies",
    },
  ];
}

function checkMethod({ path, name, settings, procedure }: DynamicMethod, config: Config): NodeFinding[] {
  const findings: NodeFinding[] = [];
  if (!ANSWERED.includes(name)) {
    findings.push({
      kind: "authenticator-method",
      level: "error",
      path,
      message: `this component answers ${ANSWERED.join(" and ")} only: every client of this method is refused`,
      hint: "a cookie comes as a ticket, or with the handshake of an anonymous client",
    });
  }
  const role = settings["authenticator-role"];
  if (role !== undefined && role !== "trusted") {
    findings.push({
      kind: "authenticator-role",
      level: "error",
      path: `${path}.authenticator-role`,
      message: "Crossbar accepts this role at start, and then every client hangs without an answer",
      hint: 'set it to "trusted", or drop it',
    });
  }
  const realm = toText(settings["authenticator-realm"]);
  const ours = [
    ...new Set(config.routers.filter((router) => router.procedure === procedure).map((r) => r.realm)),
  ];
  const inOurs = ours.map((one) => `"${one}"`).join(" or ");
  if (realm === undefined) {
    findings.push({
      kind: "authenticator-realm-missing",
      level: "warning",
      path: `${path}.authenticator-realm`,
      message: "is missing: Crossbar then calls the procedure on the realm that the client asks for",
      hint: `set it to ${inOurs}, where this component registers ${procedure}`,
    });
  } else if (!ours.includes(realm)) {
    findings.push({
      kind: "authenticator-realm",
      level: "error",
      path: `${path}.authenticator-realm`,
      message: `this component registers ${procedure} on ${inOurs}, not here: every client is refused`,
      hint: "make it the `realm` of the router in our configuration, or the other way round",
    });
  }
  return findings;
}
