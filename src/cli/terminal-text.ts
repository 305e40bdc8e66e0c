// Text from records and files on its way to a terminal.

// All controls but the line feed; line and paragraph separator, bidirectional controls, lone surrogates.
const UNSAFE = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/gu;

/** The text with control characters but line feeds as `\u{…}`: a stored authid may hold terminal escapes. */
export function toTerminalText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
