// Oids of version 7: their shape, their order in time, and that no two are alike.

import { expect, test } from "@jest/globals";
import { makeOid } from "../../src/record/make-oid.js";
import { isUuidText, uuidToBytes } from "../../src/record/uuid.js";

const MS = 1_000_000n;
const NOW_NS = 1_795_000_000_123n * MS;

test("is a UUID of version 7 and RFC 9562's variant, with the time in ms", () => {
  const oid = makeOid(NOW_NS);
  expect(isUuidText(oid)).toBe(true);
  expect(oid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(BigInt(uuidToBytes(oid).readUIntBE(0, 6))).toBe(NOW_NS / MS);
});

test("a later one comes later in the table", () => {
  const times = [0n, 1n, NOW_NS / MS, NOW_NS / MS + 1n, 2n ** 48n - 1n];
  const oids = times.map((ms) => makeOid(ms * MS));
  expect([...oids].sort()).toEqual(oids);
});

test("those of one moment differ in each of 74 bits", () => {
  const bytes = Array.from({ length: 500 }, () => uuidToBytes(makeOid(NOW_NS)));
  expect(new Set(bytes.map((oid) => oid.toString("hex"))).size).toBe(500);
  const ones = bytes.reduce((seen, oid) => seen | BigInt(`0x${oid.toString("hex")}`), 0n);
  const zeros = bytes.reduce((seen, oid) => seen | ~BigInt(`0x${oid.toString("hex")}`), 0n);
  const bits = [...BigInt.asUintN(80, ones & zeros).toString(2)].filter((bit) => bit === "1").length;
  expect(bits).toBe(74);
});
