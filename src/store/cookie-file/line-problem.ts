// What is wrong with a line of a cookie file: key, reason and mend, and never what was read there (R-47).

/** Thrown by the parser, and caught beside the line's number. */
export class LineProblem extends Error {
  override readonly name = "LineProblem";
  /** The key that it is about; `undefined`: the line as a whole. */
  readonly key: string | undefined;
  readonly hint: string;

  /** @param why never quotes the line, which may hold a cookie value */
  constructor(key: string | undefined, why: string, hint: string) {
    super(why);
    this.key = key;
    this.hint = hint;
  }
}

/** The same with the number of the line, from 1. */
export interface NumberedProblem {
  readonly line: number;
  readonly key: string | undefined;
  readonly why: string;
  readonly hint: string;
}

/** `line 17, max_age: it is no whole number; write seconds, e.g. 604800`. */
export function describeProblem({ line, key, why, hint }: NumberedProblem): string {
  return `line ${line}${key === undefined ? "" : `, ${key}`}: ${why}; ${hint}`;
}
