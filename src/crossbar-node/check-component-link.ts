// The transport that this component itself joins on: pings, TLS, serializers, its login, and who else gets its role.

import { toArray, toObject, toText } from "../config/json-object.js";
import { isLoopback } from "../is-loopback.js";
import { checkComponentLogin } from "./check-component-login.js";
import type { ComponentLink } from "./component-link.js";
import type { NodeTransport } from "./crossbar-node.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

const PINGS = ["auto_ping_interval", "auto_ping_timeout"] as const;

/** How long one of several instances may be silent, in milliseconds: clients wait for an answer about as long. */
const SHARED_SILENCE_MS = 10_000;

/** Findings about the transports that our URLs lead to. */
export function checkComponentLinks(scene: NodeScene): NodeFinding[] {
  const { links } = scene;
  const transports = new Set(links.map(({ transport }) => transport));
  return [
    ...[...transports].flatMap((transport) => checkPings(transport, scene)),
    ...links.flatMap(checkTls),
    ...links.flatMap(checkSerializers),
    ...links.flatMap(checkComponentLogin),
    ...scene.transports.flatMap((transport) => checkOpen(transport, scene)),
  ];
}

/** Without a time-out autobahn sends pings, and never minds that no answer comes. */
function checkPings(transport: NodeTransport, { links }: NodeScene): NodeFinding[] {
  const { path, settings } = transport;
  const options = toObject(settings.options);
  const missing = PINGS.find((key) => !((options[key] as number) > 0));
  if (missing !== undefined) {
    return [
      {
        kind: "component-pings",
        level: "warning",
        path: `${path}.options.${missing}`,
        message:
          "is missing: the router has no deadline for an authenticator, so it must find out by itself when this " +
          "component is frozen, or clients hang",
        hint: 'add "options": {"auto_ping_interval": 10000, "auto_ping_timeout": 5000} (ms)',
      },
    ];
  }
  const silenceMs = PINGS.reduce((sum, key) => sum + (options[key] as number), 0);
  const isShared = links.some((link) => link.transport === transport && link.router.invoke !== "single");
  if (!isShared || silenceMs <= SHARED_SILENCE_MS) return [];
  return [
    {
      kind: "component-pings-slow",
      level: "warning",
      path: `${path}.options.auto_ping_interval`,
      message:
        `and auto_ping_timeout are ${silenceMs / 1000} s together: so long the router goes on giving a frozen ` +
        "instance its share of the joins, which hang, while others could answer them",
      hint: 'set "auto_ping_interval": 5000 and "auto_ping_timeout": 2500 (ms); Crossbar takes no less than 1000',
    },
  ];
}

function checkTls({ router, transport }: ComponentLink): NodeFinding[] {
  const wantsTls = new URL(router.url).protocol === "wss:";
  const hasTls = transport.endpoint.tls !== undefined;
  if (wantsTls === hasTls) return [];
  return [
    {
      kind: "component-tls",
      level: "warning",
      path: `${transport.endpointPath}.tls`,
      message: `${hasTls ? "is there, but" : "is missing, and"} our router "${router.name}" has ${router.url}`,
      hint: hasTls
        ? "begin the router's url with wss://"
        : "begin the router's url with ws://, or add tls here",
    },
  ];
}

function checkSerializers({ router, transport }: ComponentLink): NodeFinding[] {
  const { serializers } = transport.settings;
  if (serializers === undefined || router.serializers.some((one) => toArray(serializers).includes(one)))
    return [];
  return [
    {
      kind: "component-serializers",
      level: "warning",
      path: `${transport.path}.serializers`,
      message: `has none of ${router.serializers.join(", ")}, which our router "${router.name}" speaks: it can't join`,
      hint: 'add "cbor", or drop `serializers`',
    },
  ];
}

/** Our role registers the authenticator: whoever has it lets in whom it likes. */
function checkOpen(transport: NodeTransport, { links }: NodeScene): NodeFinding[] {
  const { type, role } = toObject(toObject(transport.settings.auth).anonymous);
  if (type !== "static" || !links.some(({ login }) => login.role === (toText(role) ?? "anonymous")))
    return [];
  const isOurs = links.some(
    (link) => link.transport === transport && link.router.login.method === "anonymous",
  );
  if (isOurs && isLoopback(toText(transport.endpoint.interface) ?? "")) return [];
  return [
    {
      kind: "component-open",
      level: "error",
      path: `${transport.path}.auth.anonymous.role`,
      message: `whoever reaches this port gets "${toText(role)}", the role that registers the authenticator`,
      hint: isOurs
        ? 'give the endpoint "interface": "127.0.0.1", or log in with a ticket'
        : "give anonymous clients a role of their own",
    },
  ];
}
