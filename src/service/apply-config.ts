// Puts a configuration in force in the parts that run: the rules at once, then the routers.

import type { ConfigurableAuthenticator } from "../authenticator/create-authenticator.js";
import { createFingerprint } from "../authenticator/fingerprint.js";
import type { Config } from "../config/config.js";
import { setLogLevel } from "../log/log-level.js";
import type { Log } from "../log/logger.js";
import type { Service } from "./service.js";
import type { SessionService } from "./session-service.js";

export interface RunningParts {
  readonly log: Log;
  readonly authenticator: Pick<ConfigurableAuthenticator, "configure">;
  readonly sessions: Pick<SessionService, "configure"> | undefined;
  readonly service: Pick<Service, "follow">;
}

/** @param initial what the parts were made of */
export function createConfigApplier(
  initial: Config,
  { log, authenticator, sessions, service }: RunningParts,
): (next: Config) => Promise<void> {
  let { fingerprintKey } = initial.log;
  return async ({ policy, routers, sessions: sessionsConfig, log: logConfig }) => {
    const { repeatLimit, audit } = logConfig;
    setLogLevel(log, logConfig.level);
    // A random key stays what it is, so that lines before and after can be compared.
    const hasSameKey = logConfig.fingerprintKey === fingerprintKey;
    ({ fingerprintKey } = logConfig);
    authenticator.configure({
      policy,
      repeatLimit,
      audit,
      ...(hasSameKey ? {} : { fingerprint: createFingerprint(fingerprintKey) }),
    });
    // Both begin with what is done at once: no await between the rules of the one and of the other.
    await Promise.all([
      sessionsConfig === undefined
        ? undefined
        : sessions?.configure({ config: sessionsConfig, routers, repeatLimit }),
      service.follow(routers),
    ]);
  };
}
