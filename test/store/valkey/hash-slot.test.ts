// The hash slot of a tag.

import { expect, test } from "@jest/globals";
import { hashSlot } from "../../../src/store/valkey/hash-slot.js";

test.each([
  // Cluster specification, appendix A, and what `CLUSTER KEYSLOT` answers.
  ["123456789", 12739],
  ["foo", 12182],
  ["", 0],
  ["wca", 16230],
  ["ü", 9552],
])("%s is in slot %i", (tag, slot) => {
  expect(hashSlot(tag)).toBe(slot);
});
