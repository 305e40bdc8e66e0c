// Links between the pages: every relative one leads to a file that is there, and every anchor to a heading of it.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";

const root = packageRoot();
const pages = [
  ...pagesOf("."),
  ...["docs", "examples", "config", "dashboards"].flatMap((name) => pagesOf(name, true)),
];

/** Markdown files of a folder that is there. */
function pagesOf(folder: string, recursive = false): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && !file.includes("node_modules"))
    .map((file) => join(folder, file));
}

/** Anchors as GitHub makes them: small letters, digits, `-` and `_`; the second of a name gets `-1`. */
function anchorsOf(file: string): Set<string> {
  const text = withoutCode(readFileSync(join(root, file), "utf8"));
  const anchors = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim();
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, "");
}

/** What is wrong with the links of a page. */
function brokenLinks(page: string, content = readFileSync(join(root, page), "utf8")): string[] {
  const text = withoutCode(content).replace(/`[^`\n]*`(?!\])/g, "");
  const targets = [...text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)));
    if (!existsSync(join(root, file))) return true;
    if (anchor === undefined) return false;
    return statSync(join(root, file)).isDirectory() || !anchorsOf(file).has(anchor);
  });
}

test("all pages are looked at", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "SECURITY.md", "docs/errors.md"]));
  expect(pages.length).toBeGreaterThanOrEqual(15);
});

test.each(pages)("%s", (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

test("links to no file, to no heading and to a folder's heading are found", () => {
  const good = "[a](errors.md#err_config_read) [`b`](../src) [c](#start) [d](https://example.com/#x)";
  expect(brokenLinks("docs/cli.md", good)).toEqual([]);
  const bad = ["absent.md", "errors.md#err_absent", "#absent", "../src#absent"];
  expect(brokenLinks("docs/cli.md", bad.map((target) => `[x](${target})`).join(" "))).toEqual(bad);
});
