// The Cookie header, read our own way: cookie libraries keep one value of a name, and we must see all.

/** Longest Cookie header that is searched, in characters; browsers and servers stop far below. */
const HEADER_MAX_LENGTH = 65_536;

/**
 * All different values of the cookie `name` in a Cookie header (RFC 6265, section 4.2.1), as they were sent: not
 * unquoted, not percent-decoded, split from the name at the first `=` only. Rubbish in other cookies changes nothing.
 *
 * @example
 * findCookieValues("a=1; cbtid=x=y; b", "cbtid") // ["x=y"]
 */
export function findCookieValues(header: string, name: string): string[] {
  const values: string[] = [];
  if (header.length > HEADER_MAX_LENGTH) return values;
  let equals = header.indexOf("=");
  for (let start = 0; start < header.length; ) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon === -1 ? header.length : semicolon;
    // Looked for again only when it is behind us: a header of semicolons alone would cost the square of its length.
    if (equals !== -1 && equals < start) equals = header.indexOf("=", start);
    if (equals !== -1 && equals < end && trim(header, start, equals) === name) {
      const value = trim(header, equals + 1, end);
      if (!values.includes(value)) values.push(value);
      // Two are enough to call it ambiguous; a header full of them would make `includes` slow.
      if (values.length === 2) return values;
    }
    start = end + 1;
  }
  return values;
}

/** The part from `start` to `end` without the blanks and tabs around it; no other white space counts in HTTP. */
function trim(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
