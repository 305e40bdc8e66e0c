// What the schema can't say about the routers: URLs, plain text on the network, one registration twice.

import { isLoopback } from "../is-loopback.js";
import type { RouterSection } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";

/** The problems and warnings of `routers`, each by its path. */
export function checkRouters(routers: readonly RouterSection[]): {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const seen = new Map<string, number>();
  const names = new Map<string, number>();

  for (const [index, router] of routers.entries()) {
    const path = `routers[${index}]`;
    const url = URL.canParse(router.url) ? new URL(router.url) : undefined;
    const urlProblem = url === undefined ? "expected a URL that begins with ws:// or wss://" : checkUrl(url);
    if (urlProblem !== undefined) problems.push({ path: `${path}.url`, message: urlProblem });

    if (url?.protocol === "ws:") {
      if (Object.keys(router.tls).length > 0) {
        problems.push({ path: `${path}.tls`, message: "has no use with ws://: expected a wss:// URL" });
      }
      // the link carries tickets and cookies.
      if (!isLoopback(url.hostname)) {
        const message = "ws:// to another machine sends tickets and cookies in clear";
        if (router.allowPlaintext) warnings.push({ path: `${path}.url`, message });
        else problems.push({ path: `${path}.url`, message: `${message}: use wss://, or set allowPlaintext` });
      }
    }

    const key = JSON.stringify([url?.href, router.realm, router.procedure]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else problems.push({ path, message: `has the url, realm and procedure of routers[${first}]: drop one` });

    const namesake = router.name === undefined ? undefined : names.get(router.name);
    if (namesake !== undefined) {
      problems.push({ path: `${path}.name`, message: `is also the name of routers[${namesake}]` });
    } else if (router.name !== undefined) names.set(router.name, index);

    if (router.reconnect.min > router.reconnect.max) {
      problems.push({ path: `${path}.reconnect.min`, message: "is above reconnect.max" });
    }
  }
  return { problems, warnings };
}

function checkUrl(url: URL): string | undefined {
  if (url.protocol !== "ws:" && url.protocol !== "wss:")
    return "expected a URL that begins with ws:// or wss://";
  // URLs end up in logs and error texts.
  if (url.username !== "" || url.password !== "") return "has credentials in it: put them into auth";
  if (url.hash !== "") return "has a fragment (#…), which a WebSocket URL can't have";
  return undefined;
}
