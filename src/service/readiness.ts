// Whether this process can answer routers right now: every router attached, and the database readable.

import type { CookieReader } from "../store/cookie-reader.js";
import type { RouterStatus } from "../wamp/router-attachment.js";
import { readStoreInfo } from "./read-store-info.js";
import type { SessionServiceStatus } from "./session-service.js";

export interface Readiness {
  readonly ready: boolean;
  readonly routers: readonly RouterStatus[];
  /** Realms with session procedures, and their live connections; absent without sessions. */
  readonly sessions?: SessionServiceStatus | undefined;
  /** `ok`; the code of the fault that makes it unusable, as in the log; or `timeout`. */
  readonly store: string;
}

/** What is looked at. */
export interface ReadinessInput {
  readonly routers: readonly RouterStatus[];
  readonly sessions: SessionServiceStatus | undefined;
  readonly reader: CookieReader;
}

/** Looks at everything once. Never rejects. */
export async function checkReadiness({ routers, sessions, reader }: ReadinessInput): Promise<Readiness> {
  const look = await readStoreInfo(reader);
  const store = "info" in look ? "ok" : look.fault;
  const attached = routers.every(({ state, registered }) => state === "joined" && registered);
  const managed = sessions?.realms.every(({ registered, watching }) => registered && watching) ?? true;
  const ready = attached && managed && store === "ok";
  return { ready, routers, ...(sessions === undefined ? {} : { sessions }), store };
}
