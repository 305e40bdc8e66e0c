// the numbers of NIST SP 800-63B-4.

import { expect, test } from "@jest/globals";
import { LIFETIME_PROFILES } from "../../src/lifetime/profiles.js";

test.each([
  ["aal1", 2_592_000, undefined],
  ["aal2", 86_400, 3600],
  ["aal3", 43_200, 900],
] as const)("R-12 %s: at most %d s, idle %p s", (name, maxLifetimeSeconds, idleSeconds) => {
  expect(LIFETIME_PROFILES[name]).toEqual({ maxLifetimeSeconds, idleSeconds });
});

test("there are no others", () => {
  expect(Object.keys(LIFETIME_PROFILES)).toEqual(["aal1", "aal2", "aal3"]);
});
