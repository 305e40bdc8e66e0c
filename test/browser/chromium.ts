// The system's Chromium, and pages that remember what went wrong on them.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

export const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Its path: the variable CHROMIUM_PATH, else what is on the PATH. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== "") return CHROMIUM_PATH;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return CHROMIUM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium() ?? "",
    // Chromium's sandbox refuses to run as root, which containers do.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
}

export interface WatchedContext {
  readonly context: BrowserContext;
  /** What its pages have written to the console as an error, and exceptions that nobody caught. */
  readonly errors: string[];
  newPage(): Promise<Page>;
}

/** autobahn-js answers a GOODBYE although the router, which doesn't wait for that, has closed the WebSocket. */
const LATE_ANSWER = "WebSocket is already in CLOSING or CLOSED state.";

/** A browser profile of its own, which shares no cookie with others. */
export async function openContext(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<WatchedContext> {
  const context = await browser.newContext(options);
  const errors: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" && message.text() !== LATE_ANSWER) errors.push(message.text());
  });
  context.on("weberror", (error) => errors.push(error.error().message));
  context.setDefaultTimeout(15_000);
  return { context, errors, newPage: () => context.newPage() };
}
