// What the schema can't say about `authenticator`: the profile, origins, proxies, and who may become `trusted`.

import { isProxyEntry } from "../http-headers/trusted-proxies.js";
import type { AuthenticatorSection } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";
import { checkProfile } from "./lifetime-profile.js";
import { parseOriginEntry } from "./origin-entry.js";

/** Crossbar's own role: it may do everything, and the router doesn't check that it exists on the realm. */
const TRUSTED = "trusted";

/** The problems and warnings of `authenticator`, each by its path. */
export function checkPolicy(section: AuthenticatorSection): {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
} {
  const problems: ConfigProblem[] = checkProfile(section);
  const warnings: ConfigProblem[] = [];

  for (const [index, entry] of section.origin.allow.entries()) {
    if (parseOriginEntry(entry) === undefined) {
      problems.push({
        path: `authenticator.origin.allow[${index}]`,
        message:
          "expected scheme://host[:port] without a path, where * may stand for a whole label but the last " +
          '(https://*.example.com), or "null"',
      });
    } else if (entry === "null") {
      warnings.push({
        path: `authenticator.origin.allow[${index}]`,
        message: "any web page can send Origin: null from a sandboxed frame",
      });
    }
  }

  for (const [index, entry] of section.trustedProxies.entries()) {
    if (isProxyEntry(entry)) continue;
    problems.push({
      path: `authenticator.trustedProxies[${index}]`,
      message: "expected an IP address or a network such as 10.0.0.0/8, which isn't everybody's (/0)",
    });
  }

  if (section.anonymousRole === TRUSTED) {
    problems.push({
      path: "authenticator.anonymousRole",
      message: "is trusted, which would give everybody the router's own rights: name a role of the realm",
    });
  }
  const trustedAt = section.allowedRoles?.indexOf(TRUSTED) ?? -1;
  if (trustedAt >= 0 && !section.allowTrustedRole) {
    problems.push({
      path: `authenticator.allowedRoles[${trustedAt}]`,
      message: "is trusted, the router's own role: drop it, or set allowTrustedRole too",
    });
  }
  if (section.allowTrustedRole) {
    warnings.push({
      path: "authenticator.allowTrustedRole",
      message: "a cookie with the role trusted gives a browser the router's own rights",
    });
  }
  if (!section.callerRoles.includes(TRUSTED)) {
    warnings.push({
      path: "authenticator.callerRoles",
      message: "doesn't have trusted, the role that Crossbar calls with: every call of the router is refused",
    });
  }
  return { problems, warnings };
}
