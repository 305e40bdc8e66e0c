// Counts by label: bounded in number and in what a label may be.

import { expect, test } from "@jest/globals";
import { LabelCounts } from "../../src/metrics/label-counts.js";

test("known labels begin with 0; codes are counted apart", () => {
  const counts = new LabelCounts(["cookie-unknown"]);
  for (const label of ["EIO", "cookie-unknown", "EIO", "ERR_STORE_BUSY"]) counts.add(label);
  expect([...counts.entries()]).toEqual([
    ["cookie-unknown", 1],
    ["EIO", 2],
    ["ERR_STORE_BUSY", 1],
  ]);
});

test("R-47 what is no code is counted under another name", () => {
  const counts = new LabelCounts();
  for (const label of ["Zm9vYmFy+bGlicmFy", 'E"} 1\nx', "", "E".repeat(100), "e"]) counts.add(label);
  expect([...counts.entries()]).toEqual([["other", 5]]);
});

test("however many codes there are, the labels stay bounded", () => {
  const counts = new LabelCounts();
  for (let n = 0; n < 1000; n += 1) counts.add(`E${n}`);
  const entries = [...counts.entries()];
  expect(entries.length).toBeLessThanOrEqual(101);
  expect(entries.at(-1)).toEqual(["other", 900]);
});
