// Records kept in this process, in front of a reader that has to ask over the network.
//
// The server tells every change of a record and of a last use (invalidation-connection.ts), and a look-up is answered from
// memory only while the sign of life (sign-of-life.ts) is younger than `maxStaleMs`. So a cookie that was ended anywhere
// passes for at most that long:
//
//   1. Changes and answers to pings come on one connection, in the order in which the server sends them.
//   2. The server sends the changes of one turn of its event loop at the end of the turn, behind the answers of the same
//      turn. At most one ping is under way, so a ping that is answered in a turn had arrived when the turn began: a
//      change whose message comes behind the answer was made after the ping was sent.
//   3. So with the answer to a ping that was sent at s, all changes of that server before s have been told, and what
//      they touch is forgotten.
//   4. Before the ping is sent, the server that look-ups ask now has said that it is this one. What was changed elsewhere
//      before, by another primary, it has by then and has told. If it is another one, all is forgotten.
//   5. So a look-up at t <= s + maxStaleMs, where s is when the first of the two questions was sent, misses at most
//      changes of the last maxStaleMs.
//
// An isolated primary that doesn't know yet that it is none answers the questions like look-ups: memory is then as old as
// the server, and at most maxStaleMs more.
//
// A lost connection empties the memory and turns it off until another one stands.

import { Cookie } from "../../record/cookie.js";
import type { CookieReader, MaybePromise, NearCacheFigures, UsedCookie } from "../cookie-reader.js";
import { type ChangeFeed, KeptAnswers } from "./kept-answers.js";

/** What of a cookie has changed. */
export type ChangedPart = "record" | "use";

export interface NearCache {
  /** Looks cookies up by value in memory first, synchronously; all else is asked of the reader behind it. */
  readonly reader: CookieReader;
  /** What is stored for a value has changed, or may have. */
  forget(storedValue: string, part: ChangedPart): void;
  /** Anything may have changed. */
  forgetAll(): void;
  figures(): NearCacheFigures;
}

/**
 * @param options.toStoredValue what is stored for a value as a client presents it; `undefined`: it can't be said (now),
 *   and the reader is asked
 * @param options.maxCookies records kept at most; those that were asked for with their last use count by themselves
 */
export function createNearCache(
  reader: CookieReader,
  feed: ChangeFeed,
  options: {
    readonly maxCookies: number;
    readonly toStoredValue: (value: string) => string | undefined;
  },
): NearCache {
  const kept = new KeptAnswers<Cookie | UsedCookie>(feed, { maxEntries: options.maxCookies, toKept });

  const figures = (): NearCacheFigures => ({ isOn: feed.isFresh(), ...kept.figures() });
  const find = <T extends Cookie | UsedCookie>(
    part: ChangedPart,
    value: string,
    read: () => MaybePromise<T | undefined>,
  ): MaybePromise<T | undefined> => {
    // Half a surrogate pair is U+FFFD in a key: the text of a change would be another than that of the look-up.
    const stored = value.isWellFormed() ? options.toStoredValue(value) : undefined;
    // Under a key there are only answers to one kind of question.
    return stored === undefined
      ? read()
      : (kept.find(toKey(part, stored), read) as MaybePromise<T | undefined>);
  };

  return {
    reader: {
      findByValue: (value) => find("record", value, () => reader.findByValue(value)),
      findUsed: (key) =>
        "value" in key ? find("use", key.value, () => reader.findUsed(key)) : reader.findUsed(key),
      findByOid: (oid) => reader.findByOid(oid),
      list: (options) => reader.list(options),
      marks: () => reader.marks(),
      version: () => reader.version(),
      changesSince: (version) => reader.changesSince(version),
      info: async () => ({ ...(await reader.info()), nearCache: figures() }),
      close: () => reader.close(),
    },
    forget(storedValue, part) {
      // Whoever asked for the last use got the record as well.
      kept.forget(toKey("use", storedValue));
      if (part === "record") kept.forget(toKey("record", storedValue));
    },
    forgetAll: () => kept.forgetAll(),
    figures,
  };
}

function toKey(part: ChangedPart, storedValue: string): string {
  return part === "record" ? `c:${storedValue}` : `u:${storedValue}`;
}

/** A reply's bytes are a window on all that came with it from the network: kept, it would hold on to 64 KiB. */
function toKept<T extends Cookie | UsedCookie>(answer: T): T;
function toKept(answer: Cookie | UsedCookie): Cookie | UsedCookie {
  if (!(answer instanceof Cookie)) return { cookie: toKept(answer.cookie), use: answer.use };
  const bytes = Buffer.allocUnsafeSlow(answer.bytes.length);
  bytes.set(answer.bytes);
  return Cookie.cast(bytes);
}
