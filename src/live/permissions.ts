// What a role may do with a URI, decided as Crossbar's static permissions are (crossbar/router/role.py, 26.10).

/** What a client wants to do with a URI. */
export type WampAction = "call" | "register" | "publish" | "subscribe";

/** One entry of a role's `permissions`, in the shape of Crossbar's node configuration. */
export interface Permission {
  readonly uri: string;
  /** Absent: a star at the end of `uri` makes a prefix, stars elsewhere a wildcard. */
  readonly match?: "exact" | "prefix" | "wildcard" | undefined;
  readonly allow?: Readonly<Partial<Record<WampAction, boolean>>> | undefined;
  readonly disclose?: Readonly<Partial<Record<"caller" | "publisher", boolean>>> | undefined;
}

/** What is granted. */
export interface Grant {
  readonly allow: boolean;
  readonly disclose: boolean;
}

const NOTHING: Grant = { allow: false, disclose: false };

/**
 * The permission with the longest matching URI counts, and no other, be it exact or a prefix. Unless that one is
 * exact, a wildcard pattern that matches goes before it. URIs below `wamp.` have no rule of their own.
 */
export function findGrant(permissions: readonly Permission[], uri: string, action: WampAction): Grant {
  const all = permissions.map(toPattern);
  const plain = findLongest(all, uri, ({ key, isWild }) => (isWild ? undefined : key));
  const best = plain !== undefined && (plain.match === "prefix" || plain.uri === uri) ? plain : undefined;
  if (best?.match === "exact") return toGrant(best.permission, action);
  const wild = findLongest(all, uri, ({ key, isWild }) => (isWild ? key : undefined));
  if (wild !== undefined && matchesPattern(wild.uri, uri)) return toGrant(wild.permission, action);
  return best === undefined ? NOTHING : toGrant(best.permission, action);
}

interface Pattern {
  readonly uri: string;
  readonly match: string;
  /** Crossbar keeps patterns with an empty part in the middle apart, by what stands before it. */
  readonly key: string;
  readonly isWild: boolean;
  readonly permission: Permission;
}

function toPattern(permission: Permission): Pattern {
  const { uri, match } = toUri(permission);
  const gap = uri.indexOf("..");
  return { uri, match, key: gap < 0 ? uri : uri.slice(0, gap), isWild: gap >= 0, permission };
}

function toUri({ uri, match }: Permission): { readonly uri: string; readonly match: string } {
  if (match !== undefined) return { uri, match };
  const star = uri.indexOf("*");
  if (star < 0) return { uri, match: "exact" };
  if (star === uri.length - 1) return { uri: uri.slice(0, -1), match: "prefix" };
  return { uri: uri.replaceAll("*", ""), match: "wildcard" };
}

/** Of equal keys the last one counts, as in Crossbar's table. */
function findLongest(
  patterns: readonly Pattern[],
  uri: string,
  keyOf: (pattern: Pattern) => string | undefined,
): Pattern | undefined {
  let best: Pattern | undefined;
  for (const pattern of patterns) {
    const key = keyOf(pattern);
    if (key === undefined || !uri.startsWith(key)) continue;
    if (best === undefined || key.length >= best.key.length) best = pattern;
  }
  return best;
}

const PLAIN_PART = /^[a-z0-9][a-z0-9_-]*$/;
const ANY_PART = /^[^\s.#]+$/;

/** As `autobahn.wamp.uri.Pattern`: an empty part stands for any one part; a pattern with strange parts matches nothing. */
function matchesPattern(pattern: string, uri: string): boolean {
  const wanted = pattern.split(".");
  const parts = uri.split(".");
  if (wanted.some((part) => part !== "" && !PLAIN_PART.test(part))) return false;
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => (part === "" ? ANY_PART.test(parts[index] ?? "") : part === parts[index]))
  );
}

function toGrant({ allow, disclose }: Permission, action: WampAction): Grant {
  // Crossbar discloses callers and publishers only, and asks for nothing else.
  const isDisclosed =
    action === "call" ? disclose?.caller : action === "publish" ? disclose?.publisher : false;
  return { allow: allow?.[action] === true, disclose: isDisclosed === true };
}
