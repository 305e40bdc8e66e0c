// Roles of others with rights that should be ours alone.

import { toText } from "../config/json-object.js";
import type { NodeRole } from "./crossbar-node.js";
import { type CrossbarAction, mayDo } from "./crossbar-permission.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** What carries the Cookie header of every session: its details hold the handshake's headers as they came. */
const LEAKS: readonly (readonly [action: CrossbarAction, uri: string])[] = [
  ["subscribe", "wamp.session.on_join"],
  ["call", "wamp.session.get"],
];

/** Findings about all roles but our own, in all realms. */
export function checkForeignRoles(scene: NodeScene): NodeFinding[] {
  const own = new Set(scene.links.map(({ login }) => login.role));
  const isLoginKnown = scene.links.length > 0 && scene.links.every(({ login }) => login.role !== undefined);
  const procedures = ownProcedures(scene);
  return scene.realms.flatMap(({ roles }) =>
    roles.flatMap((entry) => {
      if (own.has(toText(entry.role.name))) return [];
      const registers = procedures.filter((uri) => mayDo(entry.role, "register", uri) === true);
      // Where the file can't tell which role is ours, one that may register for us is taken for it.
      if (!isLoginKnown && registers.length > 0) return [];
      return [...checkRegisters(entry, registers), ...checkLeaks(entry)];
    }),
  );
}

function ownProcedures({ config: { routers, sessions } }: NodeScene): string[] {
  return [
    ...new Set(routers.map(({ procedure }) => procedure)),
    ...(sessions === undefined ? [] : [`${sessions.prefix}login`]),
  ];
}

function checkRegisters({ role, path }: NodeRole, registers: readonly string[]): NodeFinding[] {
  if (registers.length === 0) return [];
  return [
    {
      kind: "procedure-open",
      level: "warning",
      path: `${path}.permissions`,
      message:
        `the role "${toText(role.name) ?? ""}" may register ${registers.join(", ")}: whoever has it can answer in our ` +
        "place, and so let in anybody as anybody",
      hint: "allow register under these URIs to the role of this component alone",
    },
  ];
}

function checkLeaks({ role, path }: NodeRole): NodeFinding[] {
  const leaks = LEAKS.filter(([action, uri]) => mayDo(role, action, uri) === true);
  if (leaks.length === 0) return [];
  const list = leaks.map(([action, uri]) => `${action} ${uri}`).join(" and ");
  return [
    {
      kind: "meta-api-leak",
      level: "warning",
      path: `${path}.permissions`,
      message: `the role "${toText(role.name) ?? ""}" may ${list}: both carry the raw Cookie header of other clients`,
      hint: 'allow it less: {"uri": "wamp.session.", "match": "prefix", "allow": {}} takes a wider permission back',
    },
  ];
}
