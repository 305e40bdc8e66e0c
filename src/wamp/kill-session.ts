// Ends one session by WAMP's session meta API.

import type { Log } from "../log/logger.js";
import type { Session } from "./autobahn-types.js";
import { boundedCall } from "./bounded-call.js";
import { toWampReason } from "./wamp-reason.js";

export interface SessionKillOptions {
  /** Our own session, on the realm of the one to be ended. */
  readonly session: Session;
  /** Aborted when our session has ended. */
  readonly left: AbortSignal;
  readonly log: Log;
}

/**
 * Tells the router to say GOODBYE to the session. By id: `wamp.session.kill_by_authid` fails as a whole if one of the
 * user's clients ignores its GOODBYE, and spares the others.
 *
 * @param reason URI in GOODBYE; `message` is for people
 * @returns `gone` if the router has no such session
 * @throws WampError, or `ERR_WAMP_CALL`
 */
export async function killSession(
  { session, left, log }: SessionKillOptions,
  target: number,
  reason: string,
  message: string,
): Promise<"told" | "gone"> {
  try {
    await boundedCall(() => session.call("wamp.session.kill", [target], { reason, message }), { left });
    return "told";
  } catch (refusal) {
    const { uri } = toWampReason(refusal);
    if (uri === "wamp.error.no_such_session") return "gone";
    // Crossbar's answer for a session that was told already, by another instance of ours or before a restart, and
    // hasn't left: whether it ever does is for the caller to watch.
    if (uri === "wamp.error.runtime_error") {
      log.debug({ session: target }, "the router has told this session before");
      return "told";
    }
    throw refusal;
  }
}
