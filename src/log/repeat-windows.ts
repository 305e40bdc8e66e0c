// Counts what repeats itself: the first few of a kind in a window of time are written, the rest becomes a number.

/** How much of one kind is written. */
export interface RepeatLimit {
  /** Lines of one kind in a window that are written one by one. */
  readonly limit: number;
  /** The window, in ms, from the first of its kind. */
  readonly windowMs: number;
}

/** What was not written. */
export interface Repeats {
  readonly kind: string;
  /** How many more there were. */
  readonly more: number;
  /** From how many different sources they came. */
  readonly sources: number;
  /** There were more sources than are counted. */
  readonly hasMoreSources: boolean;
  /** From the first of the kind, written or not, in ms. */
  readonly durationMs: number;
}

export interface RepeatWindows {
  /** Whether to write this one; if not, it is counted. */
  admit(kind: string, source: string, nowMs: number): boolean;
  /** Ends the windows whose time is over, and gives what they had counted. */
  takeEnded(nowMs: number): Repeats[];
  /** Ends all windows. */
  takeAll(nowMs: number): Repeats[];
  /** When the next window ends that has counted something, in ms; `undefined`: none has. */
  nextEndMs(): number | undefined;
}

interface Window {
  readonly startMs: number;
  written: number;
  more: number;
  readonly sources: Set<string>;
  hasMoreSources: boolean;
}

/** Most different sources that are told apart in a window. */
const MAX_SOURCES = 256;
/** Most kinds with a window of their own. Kinds are ours, not the clients': reasons and error codes. */
const MAX_KINDS = 64;
const OTHER_KINDS = "other";

/** No window is open yet. Time comes in with each call, from a clock that doesn't go back. */
export function createRepeatWindows({ limit, windowMs }: RepeatLimit): RepeatWindows {
  const windows = new Map<string, Window>();

  const open = (kind: string, nowMs: number): Window => {
    const key = windows.has(kind) || windows.size < MAX_KINDS ? kind : OTHER_KINDS;
    const known = windows.get(key);
    if (known !== undefined) return known;
    const window = { startMs: nowMs, written: 0, more: 0, sources: new Set<string>(), hasMoreSources: false };
    windows.set(key, window);
    return window;
  };

  const take = (isOver: (window: Window) => boolean, nowMs: number): Repeats[] => {
    const ended = [...windows].filter(([, window]) => isOver(window));
    for (const [kind] of ended) windows.delete(kind);
    return ended.filter(([, { more }]) => more > 0).map((entry) => toRepeats(entry, nowMs));
  };

  return {
    admit(kind, source, nowMs) {
      const window = open(kind, nowMs);
      if (window.written < limit) {
        window.written += 1;
        return true;
      }
      window.more += 1;
      if (window.sources.size < MAX_SOURCES) window.sources.add(source);
      else if (!window.sources.has(source)) window.hasMoreSources = true;
      return false;
    },
    takeEnded: (nowMs) => take(({ startMs }) => nowMs >= startMs + windowMs, nowMs),
    takeAll: (nowMs) => take(() => true, nowMs),
    nextEndMs() {
      const starts = [...windows.values()].filter(({ more }) => more > 0).map(({ startMs }) => startMs);
      return starts.length === 0 ? undefined : Math.min(...starts) + windowMs;
    },
  };
}

function toRepeats([kind, window]: readonly [string, Window], nowMs: number): Repeats {
  const { startMs, more, sources, hasMoreSources } = window;
  return { kind, more, sources: sources.size, hasMoreSources, durationMs: nowMs - startMs };
}
