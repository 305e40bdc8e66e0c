// A page of the documentation, taken apart: its sections, what they tell to type, and the files that they show.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/store/lmdb/engine.js";

export interface GuideSection {
  /** Without the number signs. */
  readonly heading: string;
  /** Its `sh` blocks, one after the other. */
  readonly script: string;
  /** Texts of its `json` blocks. */
  readonly json: readonly string[];
  /** Blocks that a line like "`name.json`:" introduces. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** The sections of a Markdown file, relative to the project. */
export function readGuide(file: string): readonly GuideSection[] {
  const text = readFileSync(join(packageRoot(), file), "utf8");
  return text.split(/^(?=#+ )/m).map((section) => ({
    heading: /^#+ (.*)/.exec(section)?.[1] ?? "",
    script: blocks(section, "sh").join(""),
    json: blocks(section, "json"),
    files: [...section.matchAll(/`([\w.-]+)`:\n\n```\w+\n(.*?)^```/gms)].map(
      ([, name = "", content = ""]) => ({
        name,
        text: content,
      }),
    ),
  }));
}

/** The `json` blocks of a section, parsed. */
export function snippets(guide: readonly GuideSection[], heading: string): object[] {
  const section = guide.find((one) => one.heading === heading);
  return (section?.json ?? []).map((text) => JSON.parse(text) as object);
}

function blocks(section: string, language: string): string[] {
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, text = ""]) => text,
  );
}
