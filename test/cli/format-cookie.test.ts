// The table of a listing: each line as cli-table3 draws it, whatever is in it.

import { expect, test } from "@jest/globals";
import Table from "cli-table3";
import fc from "fast-check";
import { type CookieRow, isDamagedRow, toCookieRow } from "../../src/cli/cookie-row.js";
import { formatCookieTable } from "../../src/cli/format-cookie.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie } from "../../src/record/cookie.js";
import { makeFields } from "../store/conformance.js";

const LIMITS = { maxLifetimeSeconds: undefined, idleSeconds: undefined };
const WIDTHS = [36, 11, 9, 9, 11];

function toRow(authid: string, authrole: string, authrealm: string): CookieRow {
  const cookie = Cookie.cast(buildCookie(makeFields({ authid, authrole, authrealm })));
  const row = toCookieRow(cookie, undefined, LIMITS, cookie.createdNs);
  if (isDamagedRow(row)) throw new Error("can't be read");
  return row;
}

/** The same by cli-table3 alone. */
function drawn(cells: readonly string[]): string {
  const sides = ["top", "bottom", "left", "right"];
  const joints = ["", "-mid", "-left", "-right"];
  const chars = Object.fromEntries(sides.flatMap((side) => joints.map((joint) => [side + joint, ""])));
  const table = new Table({
    chars: { ...chars, mid: "", "mid-mid": "", middle: " " },
    colWidths: WIDTHS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push([...cells]);
  return table.toString().trimEnd();
}

test("a line of ASCII is padded and cut as cli-table3 does it", () => {
  const text = fc.stringMatching(/^[!-~]([ -~]{0,14}[!-~])?$/);
  fc.assert(
    fc.property(text, text, text, (authid, authrole, authrealm) => {
      const row = toRow(authid, authrole, authrealm);
      const line = formatCookieTable([row], { withHead: false });
      expect(line).toBe(`${drawn([row.cookie.oid, authid, authrole, authrealm, "2023-11-21"])}\n`);
    }),
    { numRuns: 200 },
  );
});

test("wide characters keep the columns", () => {
  const line = formatCookieTable([toRow("漢字漢字漢字漢字", "ü", "e\u0301")], { withHead: false });
  expect(line).toMatch(/ 漢字漢字漢… +ü {9}e\u0301 {9}2023-11-21\n$/);
});
