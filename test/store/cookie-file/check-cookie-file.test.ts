// The lines of cookie files: what is taken, what is refused with line, key and mend, and that no value gets into an error.

import { afterAll, describe, expect, test } from "@jest/globals";
import { formatHeader } from "../../../src/store/cookie-file/cookie-file.js";
import { invalidLines } from "../../../src/store/cookie-file/import-errors.js";
import { LastLines } from "../../../src/store/cookie-file/last-lines.js";
import { parseCookieLine } from "../../../src/store/cookie-file/parse-cookie-line.js";
import { removeTempDirectories } from "../../support/temp-directory.js";
import { crossbarLine, withText } from "./open-text.js";

afterAll(removeTempDirectories);

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

describe("a line is refused", () => {
  test.each<[string, string | Buffer, string | undefined, RegExp]>([
    ["no JSON", '{"cbtid": "s3cret", \n', undefined, /no JSON/],
    ["cut off", crossbarLine({}).slice(0, 40), undefined, /the file ends within it/],
    ["no object", '["s3cret"]\n', undefined, /no JSON object/],
    ["Python's NaN", crossbarLine({}).replace("3600", "NaN"), undefined, /no JSON/],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), undefined, /no UTF-8/],
    ["too long", crossbarLine({ authid: "s3cret".repeat(400_000) }), undefined, /longer than 2 MiB/],
    ["no value", crossbarLine({ cbtid: undefined }), "cbtid", /no cookie value/],
    ["a value with a blank", crossbarLine({ cbtid: "s3 cret" }), "cbtid", /no cookie value/],
    ["a value too long", crossbarLine({ cbtid: "s3cret".repeat(100) }), "cbtid", /no cookie value/],
    ["a value that is a number", crossbarLine({ cbtid: 7 }), "cbtid", /no text/],
    ["no time of creation", crossbarLine({ created: null }), "created", /isn't there/],
    ["no time at all", crossbarLine({ created: "yesterday s3cret" }), "created", /no time/],
    ["month 13", crossbarLine({ created: "2026-13-22T10:11:53.891Z" }), "created", /no time/],
    ["ns as a number", crossbarLine({ created_ns: 17 }), "created_ns", /no decimal text/],
    [
      "ns beyond 64 bits",
      crossbarLine({ created_ns: "18446744073709551616" }),
      "created_ns",
      /no decimal text/,
    ],
    ["a fraction of seconds", crossbarLine({ max_age: 1.5 }), "max_age", /no whole number/],
    ["a negative lifetime", crossbarLine({ max_age: -1 }), "max_age", /no whole number/],
    ["authextra as a list", crossbarLine({ authextra: [] }), "authextra", /no JSON object/],
    ["authextra too deep", crossbarLine({ authextra: deep(40) }), "authextra", /too large/],
    ["authextra too large", crossbarLine({ authextra: { a: "x".repeat(70_000) } }), "authextra", /too large/],
    ["a lone surrogate", crossbarLine({ authid: "\ud800" }), "authid", /no text that UTF-8 can hold/],
    ["a lone surrogate inside", crossbarLine({ authextra: { a: "\ud800" } }), undefined, /can't be encoded/],
    ["broken CBOR", crossbarLine({ authextra: {}, authextra_cbor: "oWFh" }), "authextra_cbor", /no CBOR map/],
    [
      "no base64",
      crossbarLine({ authextra: {}, authextra_cbor: "s3cret!" }),
      "authextra_cbor",
      /no CBOR map/,
    ],
    ["an oid that is none", crossbarLine({ oid: "s3cret" }), "oid", /no UUID/],
    ["an unknown status", crossbarLine({ status: "s3cret" }), "status", /none that is known/],
    ["a redacted export", crossbarLine({ status: "redacted", deleted: true }), "status", /without values/],
    [
      "a hash without an oid",
      crossbarLine({ status: "hashed", value_sha256: "A".repeat(43) }),
      "oid",
      /isn't there/,
    ],
    [
      "a hash that is none",
      crossbarLine({ status: "hashed", value_sha256: "s3cret" }),
      "value_sha256",
      /no SHA-256/,
    ],
    [
      "another program's header",
      '{"status": "header", "format": "s3cret"}\n',
      "format",
      /isn't "wamp-cookie/,
    ],
    [
      "a header of the future",
      formatHeader({ values: "clear", exported: "" }).replace('"version":1', '"version":2'),
      "version",
      /none that is known/,
    ],
  ])("%s", async (_name, text, key, why) => {
    const lines = Buffer.concat([Buffer.from("\n"), Buffer.from(text)]);
    const { invalid, about } = await withText(lines, (file) => file);
    expect({ about, count: invalid.count }).toEqual({ about: 0, count: 1 });
    const [problem] = invalid.examples;
    expect(problem).toMatchObject({ line: 2, key });
    expect(problem?.why).toMatch(why);
    expect(problem?.hint).not.toBe("");
    const error = invalidLines(invalid);
    expect(error.code).toBe("ERR_COOKIE_FILE");
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("s3cret");
  });

  test("an export that was cut off between two lines lacks its end", async () => {
    const { invalid } = await withText(
      formatHeader({ values: "clear", exported: "" }) + crossbarLine({}),
      (file) => file,
    );
    expect(invalid).toMatchObject({
      count: 1,
      examples: [{ line: 3, why: expect.stringContaining("isn't there") }],
    });
  });

  test("all are counted, and some are kept", async () => {
    const { invalid, lines } = await withText("{\n".repeat(1000), (file) => file);
    expect({ lines, count: invalid.count, kept: invalid.examples.length }).toEqual({
      lines: 1000,
      count: 1000,
      kept: 20,
    });
    expect(invalidLines(invalid).message).toContain("and 995 more");
  });
});

describe("a line is taken", () => {
  test("as a purged store writes it, without a status, with Windows' line ends and `__proto__` as a key like any other", async () => {
    const text = `{"cbtid": "a+/=", "created": "2026-11-22T10:11:53Z", "authextra": {"__proto__": 1}, "unknown": [1]}\r\n`;
    expect(await withText(text, ({ about, invalid }) => [about, invalid.count])).toEqual([1, 0]);
    const parsed = parseCookieLine(text);
    expect(parsed).toMatchObject({
      is: "cookie",
      value: { clear: "a+/=" },
      createdNs: 1_795_342_313_000_000_000n,
    });
    expect(parsed.is === "cookie" && Object.keys(parsed.fields.authextra ?? {})).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("a");
  });

  test("what Crossbar's lines don't say stays missing; what they say is empty is so", () => {
    const parsed = parseCookieLine(crossbarLine({ authid: null, max_age: 0 }));
    if (parsed.is !== "cookie") throw new Error("no cookie");
    expect(Object.keys(parsed.fields).sort()).toEqual(
      ["authextra", "authid", "authmethod", "authrealm", "authrole", "maxAgeSeconds"].sort(),
    );
    expect(parsed.fields).toMatchObject({ authid: undefined, maxAgeSeconds: undefined, authrole: "user" });
  });

  test("to the ns, where it is exact", () => {
    expect(parseCookieLine(crossbarLine({ created_ns: "123" }))).toMatchObject({
      createdNs: 123n,
      isCreatedExact: true,
    });
    expect(parseCookieLine(crossbarLine({}))).toMatchObject({
      createdNs: 1_795_342_313_891_000_000n,
      isCreatedExact: false,
    });
  });
});

test("the table of last lines grows, and each key has its own", () => {
  const last = new LastLines();
  for (let round = 0; round < 2; round += 1)
    for (let n = 1; n <= 50_000; n += 1) last.set(`key-${n}`, n + round);
  for (let n = 1; n <= 50_000; n += 1) if (last.get(`key-${n}`) !== n + 1) throw new Error(`key-${n}`);
  expect(last.get("never")).toBe(0);
});
