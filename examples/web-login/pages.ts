// The files that browsers may have, read once: this list and nothing else of the disk. And the two pages' gaps, filled.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" } as const;
const folder = fileURLToPath(new URL("public", import.meta.url));
const autobahn = createRequire(import.meta.url).resolve("autobahn-browser/autobahn.min.js");

/** By path of the URL. */
export const STATIC_FILES: ReadonlyMap<string, StaticFile> = new Map([
  ...["app.js", "session-list.js", "device-name.js", "style.css", "icon.svg"].map(
    (name) => [`/${name}`, readStatic(join(folder, name))] as const,
  ),
  ["/autobahn.min.js", readStatic(autobahn)],
]);

const PAGES = {
  login: readFileSync(join(folder, "login.html"), "utf8"),
  app: readFileSync(join(folder, "app.html"), "utf8"),
};

/** A page's HTML. `values` are texts: they are escaped, whatever is in them. */
export function renderPage(page: keyof typeof PAGES, values: Readonly<Record<string, string>>): string {
  return PAGES[page].replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ""));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function readStatic(file: string): StaticFile {
  const extension = file.slice(file.lastIndexOf(".") + 1) as keyof typeof TYPES;
  return { type: `${TYPES[extension]}; charset=utf-8`, body: readFileSync(file) };
}
