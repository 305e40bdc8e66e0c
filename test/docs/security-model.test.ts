// The threat model of SECURITY.md: every test that it names is there, by file and title; and every requirement has a row.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";

const root = packageRoot();
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Requirements of the project; S: should, and not all of these are built. */
const REQUIREMENTS = [
  ...["R-01", "R-02", "R-03", "R-04", "R-05", "R-06", "S-07"],
  ...["R-10", "R-11", "R-12", "R-13", "R-14", "R-15"],
  ...["R-20", "S-21", "R-22", "R-23", "R-24", "R-25", "R-26", "R-27"],
  ...["R-30", "R-31", "R-32", "R-33", "R-34", "R-35"],
  ...["R-40", "R-41", "R-42", "R-43", "R-44", "R-45", "R-46", "R-47"],
  ...["R-50", "R-51", "R-52", "R-53", "R-54", "R-55", "R-56", "R-57", "R-58", "R-59", "R-60"],
];

test("each threat names a test that exists, by its title", () => {
  const rows = [...read("SECURITY.md").matchAll(/\| `(test\/[^`]+)`(?: › ([^|]+))? \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(25);
  const wrong = rows.filter(([, file = "", title]) => !hasTest(file, title?.trim()));
  expect(wrong.map(([, file, title]) => `${file} › ${title}`)).toEqual([]);
});

test("each threat has a test", () => {
  const model = read("SECURITY.md").split("## Who attacks what")[1]?.split("\n## ")[0] ?? "";
  const rows = model.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| who |"));
  expect(rows.filter((row) => !/\| `test\/[^|]+\|$/.test(row))).toEqual([]);
});

test("docs/security.md has a row for every requirement, and tests in all but what isn't built", () => {
  const rows = [...read("docs/security.md").matchAll(/^\| ((?:[RS]-\d+,? )+)[^|]*\|([^|]*)\|([^|]*)\|$/gm)];
  const answered = rows.flatMap(([, numbers = ""]) => numbers.match(/[RS]-\d+/g) ?? []);
  expect(REQUIREMENTS.filter((number) => !answered.includes(number))).toEqual([]);
  const untested = rows.filter(([, , , tests = ""]) => !tests.includes("`test/"));
  expect(untested.map(([, numbers]) => numbers?.trim())).toEqual(["S-21"]);
  const named = rows.flatMap(([, , , tests = ""]) => tests.match(/test\/[^`]+/g) ?? []);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

/** A `describe` or `test` of this title; without one, a file that has any. */
function hasTest(file: string, title: string | undefined): boolean {
  if (!existsSync(join(root, file))) return false;
  const files = statSync(join(root, file)).isDirectory()
    ? readdirSync(join(root, file)).map((name) => join(file, name))
    : [file];
  const pattern = title === undefined ? /\b(test|describe)\b/ : undefined;
  return files.some((one) => {
    const text = read(one);
    return pattern?.test(text) ?? ["(", ",\n", "\n"].some(() => text.includes(JSON.stringify(title)));
  });
}
