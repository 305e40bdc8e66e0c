// What the demo prints: steps, facts and results, 80 columns wide.

import { styleText } from "node:util";

/** `isTTY` or not: styleText of Node.js 20 doesn't look, so that a file or a pipe would get escapes. */
function style(format: Parameters<typeof styleText>[0], text: string): string {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined ? styleText(format, text) : text;
}

export function showStep(number: number, text: string): void {
  console.log(`\n${style("bold", `${number}. ${text}`)}`);
}

/** A name and what it is; values are wrapped at 80 columns, words kept whole where they can be. */
export function showFact(name: string, value: unknown): void {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const [first = "", ...rest] = wrap(text, 62);
  console.log(`   ${style("dim", name.padEnd(13))} ${first}`);
  for (const line of rest) console.log(`${" ".repeat(17)}${line}`);
}

export function showResult(isGood: boolean, text: string): void {
  console.log(`   ${isGood ? style("green", "ok") : style("red", "FAILED")}  ${text}`);
}

export function showLine(text = ""): void {
  console.log(text);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const cut = Math.max(rest.lastIndexOf(" ", width), rest.lastIndexOf(",", width - 1) + 1);
    const at = cut > 20 ? cut : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
