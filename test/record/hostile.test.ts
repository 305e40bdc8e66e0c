// Hostile records: each gives an error with a code and the field, none another exception or a wrong answer.

import { describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { Cookie } from "../../src/record/cookie.js";
import { readGoldenRecords } from "../support/golden-records.js";

const { hostile } = readGoldenRecords();

function errorOf(action: () => unknown): CookieAuthenticatorError {
  try {
    action();
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("hostile records", () => {
  test.each(hostile)("$name", ({ hex, when, code, field }) => {
    const bytes = Buffer.from(hex, "hex");
    const error = errorOf(() => {
      const cookie = Cookie.cast(bytes);
      // What is refused only when read must not keep the record itself from being cast.
      if (when === "cast") throw new Error("cast took it");
      return cookie.toFields();
    });
    expect(error.code).toBe(code);
    expect(error.details.field).toBe(field);
  });

  test.each(hostile.filter(({ when }) => when === "read"))(
    "the other fields stay readable: $name",
    ({ hex }) => {
      const cookie = Cookie.cast(Buffer.from(hex, "hex"));
      expect(cookie.oid).toMatch(/^[0-9a-f-]{36}$/);
      expect(cookie.createdNs).toBe(1_750_000_000_123_456_789n);
    },
  );

  test.each(hostile)("neither message nor cause quotes what the record holds: $name", ({ hex }) => {
    const bytes = Buffer.from(hex, "hex");
    const error = errorOf(() => Cookie.cast(bytes).toFields());
    const text = `${error.message} ${JSON.stringify(error.details)} ${String(error.cause)}`;
    expect(text).not.toMatch(/hostile|__proto__|long enough/);
  });
});
