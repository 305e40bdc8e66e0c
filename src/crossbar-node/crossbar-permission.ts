// What a role of a realm may do, decided as Crossbar does it (crossbar/router/role.py).

import { isJsonObject, type JsonObject, toArray, toObject, toText } from "../config/json-object.js";

/** What a permission can allow. */
export type CrossbarAction = "call" | "register" | "publish" | "subscribe";

/**
 * Whether a role may do this with a URI; `undefined` if a file can't tell (a dynamic authorizer, a wildcard).
 * As in Crossbar only the permission with the longest matching URI counts, be it exact or a prefix.
 */
export function mayDo(role: JsonObject, action: CrossbarAction, uri: string): boolean | undefined {
  const permission = findPermission(role, uri);
  if (permission === "unknown") return undefined;
  return permission !== undefined && toObject(permission.allow)[action] === true;
}

/** Whether those whom a role calls under this URI learn who it is; `undefined` if a file can't tell. */
export function disclosesCaller(role: JsonObject, uri: string): boolean | undefined {
  const permission = findPermission(role, uri);
  if (permission === "unknown") return undefined;
  return permission !== undefined && toObject(permission.disclose).caller === true;
}

/** The permission that counts for a URI, if there is one. */
function findPermission(role: JsonObject, uri: string): JsonObject | "unknown" | undefined {
  if (role.authorizer !== undefined) return "unknown";
  const permissions = toArray(role.permissions).filter(isJsonObject).map(toPermission);
  if (permissions.some((one) => one.match === "wildcard" || one.uri.includes(".."))) return "unknown";

  const longest = permissions
    .filter((one) => uri.startsWith(one.uri))
    .reduce<Permission | undefined>(
      (best, next) => (best === undefined || next.uri.length >= best.uri.length ? next : best),
      undefined,
    );
  return longest?.match === "prefix" || longest?.uri === uri ? longest.settings : undefined;
}

interface Permission {
  readonly uri: string;
  readonly match: string;
  readonly settings: JsonObject;
}

/** Without `match` a star at the end makes a prefix, stars elsewhere a wildcard. */
function toPermission(settings: JsonObject): Permission {
  const uri = toText(settings.uri) ?? "";
  const match = toText(settings.match);
  if (match !== undefined) return { uri, match, settings };
  const star = uri.indexOf("*");
  if (star < 0) return { uri, match: "exact", settings };
  return { uri: uri.slice(0, star), match: star === uri.length - 1 ? "prefix" : "wildcard", settings };
}
