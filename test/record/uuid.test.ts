// UUIDs as text and as bytes.

import { describe, expect, test } from "@jest/globals";
import { isUuidText, uuidFromBytes, uuidToBytes } from "../../src/record/uuid.js";

const TEXT = "62f8c8c9-c50b-4686-bafe-38b221c64a0c";

describe("uuid", () => {
  test("bytes are in the order of the text, as Python's uuid.UUID.bytes", () => {
    expect(uuidToBytes(TEXT).toString("hex")).toBe(TEXT.replaceAll("-", ""));
    expect(uuidFromBytes(uuidToBytes(TEXT))).toBe(TEXT);
  });

  test("upper case is taken, lower case given", () => {
    expect(uuidFromBytes(uuidToBytes(TEXT.toUpperCase()))).toBe(TEXT);
  });

  test("the bytes may begin anywhere", () => {
    expect(uuidFromBytes(Buffer.concat([Buffer.alloc(3), uuidToBytes(TEXT)]), 3)).toBe(TEXT);
  });

  test.each([
    "",
    "62f8c8c9",
    TEXT.replaceAll("-", ""),
    `{${TEXT}}`,
    `${TEXT}\n`,
    ` ${TEXT}`,
    `${TEXT}0`,
    TEXT.replace("6", "g"),
    TEXT.replace("6", "\uff16"),
  ])("%j is no UUID text", (text) => {
    expect(isUuidText(text)).toBe(false);
    expect(() => uuidToBytes(text)).toThrow(expect.objectContaining({ code: "ERR_COOKIE_FIELD" }));
  });

  test("the error doesn't repeat the text: it may be anything, a cookie value too", () => {
    expect(() => uuidToBytes("secret-value")).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("secret") }),
    );
  });
});
