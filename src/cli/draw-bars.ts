// Bars of counts for the terminal, within 80 columns: blocks where they can be shown, else plain ASCII.

import { toTerminalText } from "./terminal-text.js";

const LABEL_COLUMNS = 24;
/** What is left of 80 columns beside label, count and the blanks between. */
const BAR_COLUMNS = 42;
const COUNT_COLUMNS = 10;
const BLOCKS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

export interface Bar {
  readonly label: string;
  readonly count: number;
}

/** Whether blocks can be shown: on a terminal that isn't dumb, for somebody who hasn't asked for plain text. */
export function canShowBlocks(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  const isPlain = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return isTerminal && !isPlain;
}

/** One line a bar; the longest one is the largest count. */
export function drawBars(bars: readonly Bar[], withBlocks: boolean): string[] {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return bars.map(({ label, count }) => {
    const eighths = Math.ceil((count / most) * BAR_COLUMNS * 8);
    const bar = withBlocks
      ? "█".repeat(Math.floor(eighths / 8)) + (BLOCKS[eighths % 8] ?? "")
      : "#".repeat(Math.ceil(eighths / 8));
    return `  ${toLabel(label)} ${String(count).padStart(COUNT_COLUMNS)} ${bar}`.trimEnd();
  });
}

/** A label may be a client's: no control characters, one line, cut. */
function toLabel(label: string): string {
  const text = toTerminalText(label).replaceAll("\n", "\\n");
  const cut = text.length > LABEL_COLUMNS ? `${text.slice(0, LABEL_COLUMNS - 1)}~` : text;
  return cut.padEnd(LABEL_COLUMNS);
}
