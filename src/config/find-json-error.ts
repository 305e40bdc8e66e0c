// Where a text stops being JSON. JSON.parse names no position for some errors, and quotes the text around it.

/** The place of the first error, both counted from 1, and what would have been right there. */
export interface JsonErrorPlace {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

type Expecting = "value" | "value or ]" | "key" | "key or }" | ":" | ", or ]" | ", or }" | "end";

const EXPECTED: Readonly<Record<Expecting, string>> = {
  value: "a value",
  "value or ]": 'a value or "]"',
  key: "a key in double quotes",
  "key or }": 'a key in double quotes or "}"',
  ":": '":" after the key',
  ", or ]": '"," or "]"',
  ", or }": '"," or "}"',
  end: "nothing more after the end",
};

const SPACE = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids control characters in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Finds the first error of a text that `JSON.parse` has refused. It keeps its own stack, so no depth is too deep. */
export function findJsonError(text: string): JsonErrorPlace {
  const open: ("[" | "{")[] = [];
  let expecting: Expecting = "value";
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const afterValue = (): Expecting =>
    open.length === 0 ? "end" : open[open.length - 1] === "[" ? ", or ]" : ", or }";

  while (at <= text.length) {
    take(SPACE);
    const character = text[at];
    if (expecting === "end" && character === undefined) break;
    const next = step(character);
    if (next === undefined) break;
    expecting = next;
  }
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, expected: EXPECTED[expecting] };

  /** Takes one token and tells what must come after it; `undefined` if it isn't what was expected. */
  function step(character: string | undefined): Expecting | undefined {
    const closing = expecting.at(-1);
    if ((closing === "]" || closing === "}") && character === closing) {
      open.pop();
      at++;
      return afterValue();
    }
    if (expecting === ":") {
      if (character !== ":") return undefined;
      at++;
      return "value";
    }
    if (expecting === ", or ]" || expecting === ", or }") {
      if (character !== ",") return undefined;
      at++;
      return expecting === ", or ]" ? "value" : "key";
    }
    if (expecting === "key" || expecting === "key or }") return take(STRING) ? ":" : undefined;
    if (expecting === "end") return undefined;
    if (character === "[" || character === "{") {
      open.push(character);
      at++;
      return character === "[" ? "value or ]" : "key or }";
    }
    return take(STRING) || take(SCALAR) ? afterValue() : undefined;
  }
}
