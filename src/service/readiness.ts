// Whether this process can answer routers right now: every router attached, and the database readable.

import { errorCodeOf } from "../errors.js";
import type { CookieReader } from "../store/cookie-reader.js";
import type { RouterStatus } from "../wamp/router-attachment.js";
import type { SessionServiceStatus } from "./session-service.js";

export interface Readiness {
  readonly ready: boolean;
  readonly routers: readonly RouterStatus[];
  /** Realms with session procedures, and their live connections; absent without sessions. */
  readonly sessions?: SessionServiceStatus | undefined;
  /** `ok`, `timeout`, or the code of the error that reading the store gave. */
  readonly store: string;
}

/** How long the store may take to answer, in milliseconds: a health check that hangs says nothing. */
const STORE_TIMEOUT_MS = 1000;

/** What is looked at. */
export interface ReadinessInput {
  readonly routers: readonly RouterStatus[];
  readonly sessions: SessionServiceStatus | undefined;
  readonly reader: CookieReader;
}

/** Looks at everything once. Never rejects. */
export async function checkReadiness({ routers, sessions, reader }: ReadinessInput): Promise<Readiness> {
  const store = await checkStore(reader);
  const attached = routers.every(({ state, registered }) => state === "joined" && registered);
  const managed = sessions?.realms.every(({ registered, watching }) => registered && watching) ?? true;
  const ready = attached && managed && store === "ok";
  return { ready, routers, ...(sessions === undefined ? {} : { sessions }), store };
}

async function checkStore(reader: CookieReader): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("timeout"), STORE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([readOnce(reader), late]);
  } catch (error) {
    return errorCodeOf(error) ?? "error";
  } finally {
    clearTimeout(timer);
  }
}

async function readOnce(reader: CookieReader): Promise<string> {
  await reader.info();
  return "ok";
}
