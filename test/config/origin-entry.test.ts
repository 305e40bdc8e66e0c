// an origin entry is exact, with wildcards for whole labels only.

import { expect, test } from "@jest/globals";
import { parseOriginEntry } from "../../src/config/origin-entry.js";

test.each([
  ["https://app.example.com", "https://app.example.com"],
  ["HTTPS://App.Example.COM:443", "https://app.example.com"],
  ["http://localhost:3000", "http://localhost:3000"],
  ["http://127.0.0.1:80", "http://127.0.0.1"],
  ["http://[::1]:8080", "http://[::1]:8080"],
  ["https://*.example.com", "https://*.example.com"],
  ["https://a.*.example.com:8443", "https://a.*.example.com:8443"],
  ["capacitor://localhost", "capacitor://localhost"],
  ["null", "null"],
])("%s", (entry, expected) => {
  expect(parseOriginEntry(entry)).toBe(expected);
});

test.each([
  "",
  "*",
  "example.com",
  "https://",
  "https://*",
  "https://example.*",
  "https://*example.com",
  "https://app*.example.com",
  "https://example.com/",
  "https://example.com/path",
  "https://example.com?x",
  "https://joe@example.com",
  "https://example.com:*",
  "https://example.com:0",
  "https://example.com:65536",
  "https://exam ple.com",
  "https://example..com",
  "https://-a.example.com",
  "Null",
])("%j is none", (entry) => {
  expect(parseOriginEntry(entry)).toBeUndefined();
});
