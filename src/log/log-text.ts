// Text from clients on its way into the log: no line breaks, no terminal escapes, no endless lines.

/** Longest client text in a log line, in characters. */
export const LOG_TEXT_MAX = 200;

// Control characters (C0, DEL, C1), format characters (bidirectional, zero width), separators, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Client text made safe for terminals and line-based logs: control characters become `\u{…}`, what is longer than
 * `LOG_TEXT_MAX` is cut, and anything that is no text becomes its type in brackets.
 */
export function toLogText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "string")
    return `[${value === null ? "null" : Array.isArray(value) ? "array" : typeof value}]`;
  const cut = value.length > LOG_TEXT_MAX ? `${value.slice(0, LOG_TEXT_MAX)}…` : value;
  return cut.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
