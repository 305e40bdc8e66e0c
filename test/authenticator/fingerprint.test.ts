// what the log shows of a cookie.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createFingerprint } from "../../src/authenticator/fingerprint.js";
import { VALUE } from "../support/authenticator-cases.js";

describe("createFingerprint", () => {
  test("12 hex digits, the same for the same value and key", () => {
    const one = createFingerprint("key")(VALUE);
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(createFingerprint("key")(VALUE)).toBe(one);
  });

  test("HMAC-SHA-256, so that operators can compute it", () => {
    // printf abc | openssl dgst -sha256 -hmac key
    expect(createFingerprint("key")("abc")).toBe("9c196e32dc01");
  });

  test("other keys and other values give others", () => {
    const prints = [
      createFingerprint("key")(VALUE),
      createFingerprint("other")(VALUE),
      createFingerprint("key")(`${VALUE}a`),
    ];
    expect(new Set(prints).size).toBe(3);
  });

  test("without a key each process has its own, and keeps it", () => {
    const fingerprint = createFingerprint();
    expect(fingerprint(VALUE)).toBe(fingerprint(VALUE));
    expect(createFingerprint()(VALUE)).not.toBe(fingerprint(VALUE));
  });

  test("property: any text has one", () => {
    const fingerprint = createFingerprint();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(fingerprint(text)).toMatch(/^[0-9a-f]{12}$/);
      }),
    );
  });
});
