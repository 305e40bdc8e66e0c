// Tells sessions of one realm to leave, a few at a time, and says in the view what became of it.

import { errorCodeOf } from "../errors.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { Log } from "../log/logger.js";
import type { SessionToEnd } from "./find-sessions-to-end.js";
import { applyViewEvent, type OwnedLiveView } from "./live-view.js";
import { createTaskQueue } from "./task-queue.js";

/**
 * Tells a router to end a session; resolves with `told` when it has sent GOODBYE, now or before, with `gone` when it
 * has no such session. Rejects if the router refuses or doesn't answer.
 */
export type KillSession = (session: number, reason: string, message: string) => Promise<"told" | "gone">;

export interface SessionKiller {
  /** Marks the session as told at once, and tells it as soon as it is its turn. */
  end(target: SessionToEnd): void;
  /** The link to the router, or `undefined` while there is none. */
  use(kill: KillSession | undefined): void;
}

export interface SessionKillerOptions {
  readonly view: OwnedLiveView;
  readonly clock: SteadyClock;
  /** The reason URI is this and the reason. */
  readonly uriPrefix: string;
  readonly log: Log;
  readonly onTold: (target: SessionToEnd) => void;
}

/** Calls under way on one router. Apart from each other, so that a router that hangs holds up no other. */
const KILLS_AT_ONCE = 50;

/** What the client reads, whatever the reason: its URI says the rest. */
const MESSAGE = "this session has ended, please log in again";

export function createSessionKiller(options: SessionKillerOptions): SessionKiller {
  const { view, clock, log } = options;
  const queue = createTaskQueue(KILLS_AT_ONCE);
  let kill: KillSession | undefined;
  let hasFailed = false;

  const tell = async (target: SessionToEnd): Promise<void> => {
    const { session, reason } = target;
    try {
      if (kill === undefined) throw new Error("the router is not joined");
      const outcome = await kill(session, `${options.uriPrefix}ended.${reason}`, MESSAGE);
      hasFailed = false;
      if (outcome === "gone") {
        applyViewEvent(view, { kind: "left", session });
        return;
      }
      // Its time to leave runs from here.
      applyViewEvent(view, { kind: "told", session, nowNs: clock.nowNs() });
      log.info({ ...target }, "told a live session to leave: its cookie session is over");
      options.onTold(target);
    } catch (fault) {
      // The next pass tells it again.
      applyViewEvent(view, { kind: "untold", session });
      // One line for a router that refuses, not one for each of its sessions every few seconds.
      log[hasFailed ? "debug" : "error"](
        { ...target, fault: describe(fault) },
        "a live session can't be ended: the router doesn't take it",
      );
      hasFailed = true;
    }
  };

  return {
    end(target) {
      applyViewEvent(view, { kind: "told", session: target.session, nowNs: clock.nowNs() });
      queue.push(() => tell(target));
    },
    use(next) {
      kill = next;
    },
  };
}

/** Code or URI, never a message that others may have written. */
function describe(fault: unknown): string {
  if (typeof fault === "object" && fault !== null && "error" in fault) return String(fault.error);
  return errorCodeOf(fault) ?? (fault instanceof Error ? fault.name : typeof fault);
}
