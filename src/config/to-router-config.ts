// From a section of `routers` to a RouterConfig: secrets and PEM files read, times in ms.

import type { RouterConfig, RouterLogin, RouterTls } from "./config.js";
import type { AuthSection, RouterSection } from "./config-file.js";
import type { FileResolver } from "./file-resolver.js";
import { toMilliseconds } from "./to-milliseconds.js";

/**
 * All routers, with a name each that no other has. The sections must have passed `checkRouters`.
 *
 * @param hasSessions whether the file has `sessions`, which then live in each router's own realm by default
 */
export async function toRouterConfigs(
  sections: readonly RouterSection[],
  resolver: FileResolver,
  hasSessions: boolean,
): Promise<RouterConfig[]> {
  const taken = new Set(sections.map(({ name }) => name));
  const routers: RouterConfig[] = [];
  for (const [index, section] of sections.entries()) {
    const path = `routers[${index}]`;
    const { host } = new URL(section.url);
    const name = section.name ?? (taken.has(host) ? `${host}#${index + 1}` : host);
    taken.add(name);
    routers.push({
      name,
      url: section.url,
      realm: section.realm,
      login: await toLogin(section.auth, `${path}.auth`, resolver),
      serializers: section.serializers,
      tls: await toTls(section.tls, `${path}.tls`, resolver),
      procedure: section.procedure,
      invoke: section.invoke,
      sessionRealms: section.sessionRealms ?? (hasSessions ? [section.realm] : []),
      pingIntervalMs: toMilliseconds(section.pingInterval),
      pingTimeoutMs: toMilliseconds(section.pingTimeout),
      joinTimeoutMs: toMilliseconds(section.joinTimeout),
      reconnectMinMs: toMilliseconds(section.reconnect.min),
      reconnectMaxMs: toMilliseconds(section.reconnect.max),
    });
  }
  return routers;
}

async function toLogin(auth: AuthSection, path: string, resolver: FileResolver): Promise<RouterLogin> {
  switch (auth.method) {
    case "anonymous":
      return { method: "anonymous" };
    case "ticket":
    case "wampcra": {
      const secret = await resolver.secret(auth.secret, `${path}.secret`);
      return { method: auth.method, authid: auth.authid, secret };
    }
    case "cryptosign": {
      const privateKey = await resolver.secret(auth.privateKey, `${path}.privateKey`);
      if (privateKey !== "" && !/^[0-9a-f]{64}$/i.test(privateKey)) {
        resolver.fileProblems.push({
          path: `${path}.privateKey`,
          message: "expected an Ed25519 private key: 64 hexadecimal digits",
        });
      }
      return { method: "cryptosign", authid: auth.authid, privateKey };
    }
  }
}

async function toTls(tls: RouterSection["tls"], path: string, resolver: FileResolver): Promise<RouterTls> {
  return {
    ...(tls.ca === undefined ? {} : { ca: await resolver.pem(tls.ca, `${path}.ca`) }),
    ...(tls.cert === undefined ? {} : { cert: await resolver.pem(tls.cert, `${path}.cert`) }),
    ...(tls.key === undefined ? {} : { key: await resolver.pem(tls.key, `${path}.key`, { isKey: true }) }),
  };
}
