// What the schema can't say about `sessions`: roles and procedures, realms, URIs that collide.

import { closestKey } from "../json-schema/closest-key.js";
import { toKeyPath } from "../json-schema/key-problem.js";
import { isProcedureName, PROCEDURE_NAMES } from "../procedures/procedure-names.js";
import type { ConfigFile, RouterSection, SessionsSection } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";

interface Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
}

/** The problems and warnings of `sessions` and of the routers' part in it, each by its path. */
export function checkSessions(content: ConfigFile): Findings {
  const { sessions, routers, authenticator } = content;
  const findings: Findings = { problems: [], warnings: [] };
  checkRealms(routers, sessions, findings);
  if (sessions === undefined) return findings;

  checkPrefix(sessions.prefix, routers, findings);
  checkRoles(sessions.roles, findings);
  const { profile } = authenticator;
  if (sessions.liveIsUse === true && (profile === "aal2" || profile === "aal3")) {
    const message = `lets an open page outlive the idle time-out of the profile ${profile}`;
    findings.warnings.push({ path: "sessions.liveIsUse", message });
  }
  return findings;
}

function checkPrefix(prefix: string, routers: readonly RouterSection[], { problems }: Findings): void {
  if (prefix.startsWith("wamp.")) {
    problems.push({ path: "sessions.prefix", message: "begins with wamp., which is the router's own" });
  }
  for (const [index, { procedure }] of routers.entries()) {
    const name = procedure.slice(prefix.length);
    if (!procedure.startsWith(prefix) || !(isProcedureName(name) || name === "authorize")) continue;
    const message = "is also one of the procedures under sessions.prefix: change one of both";
    problems.push({ path: `routers[${index}].procedure`, message });
  }
}

/** who may call what is said in so many words, without a slip. */
function checkRoles(roles: SessionsSection["roles"], { problems, warnings }: Findings): void {
  for (const [role, names] of Object.entries(roles)) {
    const path = toKeyPath(["sessions", "roles", role]);
    for (const [index, name] of names.entries()) {
      if (isProcedureName(name)) continue;
      const meant = closestKey(name, PROCEDURE_NAMES);
      const known =
        meant === undefined ? `the procedures are ${PROCEDURE_NAMES.join(", ")}` : `did you mean ${meant}?`;
      problems.push({ path: `${path}[${index}]`, message: `is no procedure: ${known}` });
    }
    if (names.length === 0) continue;
    if (role === "anonymous") {
      warnings.push({ path, message: "gives these procedures to clients that nobody has authenticated" });
    } else if (role === "trusted") {
      warnings.push({ path, message: "is the router's own role: give backends a role of their own" });
    }
  }
}

function checkRealms(
  routers: readonly RouterSection[],
  sessions: SessionsSection | undefined,
  { problems, warnings }: Findings,
): void {
  const seen = new Map<string, number>();
  for (const [index, router] of routers.entries()) {
    const path = `routers[${index}].sessionRealms`;
    if (sessions === undefined) {
      if (router.sessionRealms === undefined) continue;
      problems.push({ path, message: "has no use without sessions: add sessions, or drop it" });
      continue;
    }
    for (const realm of router.sessionRealms ?? [router.realm]) {
      const key = JSON.stringify([URL.canParse(router.url) ? new URL(router.url).href : router.url, realm]);
      const first = seen.get(key);
      seen.set(key, first ?? index);
      if (first === undefined) continue;
      const message = `has a realm that routers[${first}] has too, with the same url: name it once`;
      problems.push({ path, message });
    }
  }
  for (const [index, realm] of (sessions?.everyRealm ?? []).entries()) {
    const isSessionRealm = routers.some((router) => (router.sessionRealms ?? [router.realm]).includes(realm));
    if (isSessionRealm) continue;
    const message = "is among the sessionRealms of no router, so that nobody can call from there";
    warnings.push({ path: `sessions.everyRealm[${index}]`, message });
  }
}
