// The Cookie header: every value of our name is seen, as it was sent, whatever stands around it.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findCookieValues } from "../../src/http-headers/cookie-header.js";

const cookieOctets = "!#$%&'()*+-./0123456789:<=>?@ABCXYZ[]^_`abcxyz{|}~";

describe("findCookieValues", () => {
  test.each<[string, string, string[]]>([
    ["alone", "cbtid=abc", ["abc"]],
    ["first", "cbtid=abc; a=1", ["abc"]],
    ["last", "a=1; cbtid=abc", ["abc"]],
    ["no blank after the semicolon", "a=1;cbtid=abc;b=2", ["abc"]],
    ["many blanks and tabs", " \t a=1 ;\t  cbtid \t=\t abc \t; b=2", ["abc"]],
    ["split at the first = only", "cbtid=a=b==", ["a=b=="]],
    ["base64 with + and /", "cbtid=iP0ZLk5uYcS+xZinsNP8/rpm", ["iP0ZLk5uYcS+xZinsNP8/rpm"]],
    ["not percent-decoded", "cbtid=a%3Db", ["a%3Db"]],
    ["not unquoted", 'cbtid="abc"', ['"abc"']],
    ["a comma is part of the value", "cbtid=a,cbtid=b", ["a,cbtid=b"]],
    ["empty value", "cbtid=", [""]],
    ["empty header", "", []],
    ["only the name", "cbtid", []],
    ["the name without =, then another cookie", "cbtid; a=cbtid", []],
    ["another name with the same beginning", "cbtid2=a; xcbtid=b; cbtid_=c", []],
    ["the name in other letters", "CBTID=a; Cbtid=b", []],
    ["our name as a value", "a=cbtid=b", []],
    ["a nameless cookie that looks like ours", "=cbtid=a", []],
    ["our name across a semicolon", "cb;tid=a", []],
    ["other white space is no blank", "\u00a0cbtid=a;\ncbtid=b", []],
  ])("%s", (_name, header, values) => {
    expect(findCookieValues(header, "cbtid")).toEqual(values);
  });

  test.each<[string, string, string[]]>([
    ["the same value twice is one", "cbtid=a; cbtid=a", ["a"]],
    ["two values", "cbtid=a; cbtid=b", ["a", "b"]],
    ["two values, the other way round", "cbtid=b; cbtid=a", ["b", "a"]],
    ["two values apart", "cbtid=a; x=1; y; cbtid=b", ["a", "b"]],
    ["an empty one counts", "cbtid=; cbtid=a", ["", "a"]],
    ["letters count", "cbtid=a; cbtid=A", ["a", "A"]],
    ["quotes count", 'cbtid=a; cbtid="a"', ["a", '"a"']],
    ["a hundred are two", Array.from({ length: 100 }, (_, n) => `cbtid=${n}`).join("; "), ["0", "1"]],
  ])("R-40 equal-named cookies: %s", (_name, header, values) => {
    expect(findCookieValues(header, "cbtid")).toEqual(values);
  });

  test.each<[string]>([
    ["; ; ;;;"],
    ["=; ==; ===a"],
    ['broken="a; b'],
    ["{json: [1, 2]}"],
    ["a=\u0000\u001b[31m\ud800"],
    ["Set-Cookie: x=y, a=b"],
    ["Expires=Wed, 21 Oct 2015 07:28:00 GMT"],
    ["$Version=1; $Path=/"],
    ["__proto__=x; constructor=y; toString=z"],
  ])("R-40 rubbish before and behind doesn't hide ours: %p", (rubbish) => {
    expect(findCookieValues(`${rubbish}; cbtid=abc; ${rubbish}`, "cbtid")).toEqual(["abc"]);
  });

  test("a name with a meaning for JavaScript objects is a name like any other", () => {
    expect(findCookieValues("__proto__=a; constructor=b", "constructor")).toEqual(["b"]);
    expect(findCookieValues("a=1", "__proto__")).toEqual([]);
  });

  test("R-40 ours among 1,000 others", () => {
    const others = Array.from({ length: 1000 }, (_, n) => `c${n}=${n}`);
    others.splice(777, 0, "cbtid=abc");
    expect(findCookieValues(others.join("; "), "cbtid")).toEqual(["abc"]);
  });

  test("a header of 64 KiB is searched, a longer one isn't", () => {
    const behind = "=; cbtid=abc";
    const padded = (length: number): string => `${"a".repeat(length - behind.length)}${behind}`;
    expect(findCookieValues(padded(65_536), "cbtid")).toEqual(["abc"]);
    expect(findCookieValues(padded(65_537), "cbtid")).toEqual([]);
  });

  test.each<[string, string]>([
    ["semicolons", ";".repeat(65_536)],
    ["a last = after semicolons", `${";".repeat(65_535)}=`],
    ["equals signs", "=".repeat(65_536)],
    ["pairs of both", "=;".repeat(32_768)],
    ["blanks", `${" ".repeat(65_535)}=`],
    ["our own name", "cbtid;".repeat(10_000)],
  ])("the longest header of %s costs its length, not its square", (_name, header) => {
    const timesMs = Array.from({ length: 20 }, () => {
      const begin = performance.now();
      findCookieValues(header, "cbtid");
      return performance.now() - begin;
    });
    // The best of many, since the machine may be busy: some 2 ms, 17 ms when it was quadratic.
    expect(Math.min(...timesMs)).toBeLessThan(10);
  });

  test("R-40 property: a cookie is found among arbitrary others", () => {
    const other = fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replaceAll(";", ","));
    const foreign = fc.array(
      other.filter((text) => !/^[ \t]*cbtid[ \t]*=/.test(text)),
      { maxLength: 20 },
    );
    const value = fc.string({ unit: fc.constantFrom(...cookieOctets), maxLength: 64 });
    fc.assert(
      fc.property(foreign, value, foreign, (before, ours, behind) => {
        const header = [...before, `cbtid=${ours}`, ...behind].join("; ");
        expect(findCookieValues(header, "cbtid")).toEqual([ours]);
      }),
    );
  });

  test("R-40 property: whether a header is ambiguous doesn't depend on the order of its cookies", () => {
    const pair = fc.tuple(fc.constantFrom("cbtid", "a", "cbtid2"), fc.constantFrom("x", "y", "", "x=y"));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (pairs, numbers) => {
        const header = (list: readonly (readonly [string, string])[]): string =>
          list.map(([name, value]) => `${name}=${value}`).join("; ");
        const shuffled = pairs
          .map((entry) => ({ entry, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ entry }) => entry);
        const [one, other] = [pairs, shuffled].map((list) => findCookieValues(header(list), "cbtid"));
        expect(other).toHaveLength(one?.length ?? -1);
        if (one?.length === 1) expect(other).toEqual(one);
      }),
    );
  });
});
