// WAMP messages as JSON text.

import type { WampSerializer } from "./wamp-serializer.js";

// Strings first, so that a NaN inside a string stays as it is. The character classes don't overlap: no backtracking.
const STRING_OR_NON_NUMBER = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?Infinity|NaN/g;

/**
 * Python's JSON writes `NaN` and `Infinity` literally, and a client can put them into its authextra. A message that
 * can't be parsed ends our link to the router, so these become null instead.
 */
function parseWithoutNonNumbers(text: string): unknown {
  return JSON.parse(text.replace(STRING_OR_NON_NUMBER, (found) => (found.startsWith('"') ? found : "null")));
}

export const jsonSerializer: WampSerializer = {
  SERIALIZER_ID: "json",
  BINARY: false,

  serialize: (message) => JSON.stringify(message),

  unserialize(payload) {
    const text = payload.toString("utf8");
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return parseWithoutNonNumbers(text);
    }
  },
};
