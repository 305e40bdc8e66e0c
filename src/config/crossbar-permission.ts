// What a role of a realm may do, decided as Crossbar does it (crossbar/router/role.py).

import { isJsonObject, type JsonObject, toArray, toObject, toText } from "./json-object.js";

/**
 * Whether a role may register a procedure; `undefined` if a file can't tell (a dynamic authorizer, a wildcard).
 * As in Crossbar only the permission with the longest matching URI counts, be it exact or a prefix.
 */
export function mayRegister(role: JsonObject, procedure: string): boolean | undefined {
  if (role.authorizer !== undefined) return undefined;
  const permissions = toArray(role.permissions).filter(isJsonObject).map(toPermission);
  if (permissions.some(({ match, uri }) => match === "wildcard" || uri.includes(".."))) return undefined;

  const longest = permissions
    .filter(({ uri }) => procedure.startsWith(uri))
    .reduce<Permission | undefined>(
      (best, next) => (best === undefined || next.uri.length >= best.uri.length ? next : best),
      undefined,
    );
  if (longest === undefined) return false;
  return (longest.match === "prefix" || longest.uri === procedure) && longest.register;
}

interface Permission {
  readonly uri: string;
  readonly match: string;
  readonly register: boolean;
}

/** Without `match` a star at the end makes a prefix, stars elsewhere a wildcard. */
function toPermission(permission: JsonObject): Permission {
  const uri = toText(permission.uri) ?? "";
  const register = toObject(permission.allow).register === true;
  const match = toText(permission.match);
  if (match !== undefined) return { uri, match, register };
  const star = uri.indexOf("*");
  if (star < 0) return { uri, match: "exact", register };
  return { uri: uri.slice(0, star), match: star === uri.length - 1 ? "prefix" : "wildcard", register };
}
