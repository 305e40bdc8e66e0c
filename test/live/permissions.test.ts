// Permissions of our authorizer: by a table, and against Crossbar's own code.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { findGrant, type Permission, type WampAction } from "../../src/live/permissions.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ALL = { call: true, register: true, publish: true, subscribe: true } as const;

const mayCall = (permissions: readonly Permission[], uri: string): boolean =>
  findGrant(permissions, uri, "call").allow;

test.each<[why: string, permissions: readonly Permission[], uri: string, isAllowed: boolean]>([
  ["nothing is allowed that isn't said", [], "com.example.a", false],
  ["exact", [{ uri: "com.example.a", match: "exact", allow: ALL }], "com.example.a", true],
  ["exact is no prefix", [{ uri: "com.example.a", match: "exact", allow: ALL }], "com.example.a.b", false],
  ["prefix", [{ uri: "com.example.", match: "prefix", allow: ALL }], "com.example.a.b", true],
  ["a star at the end", [{ uri: "com.example.*", allow: ALL }], "com.example.a", true],
  ["all", [{ uri: "", match: "prefix", allow: ALL }], "wamp.session.kill", true],
  [
    "the longest one counts",
    [
      { uri: "com.", match: "prefix", allow: ALL },
      { uri: "com.example.", match: "prefix" },
    ],
    "com.example.a",
    false,
  ],
  [
    "a longer exact one that isn't the URI hides the prefix, as in Crossbar",
    [
      { uri: "com.", match: "prefix", allow: ALL },
      { uri: "com.example", match: "exact", allow: ALL },
    ],
    "com.example.a",
    false,
  ],
  [
    "of two for one URI the last one counts",
    [
      { uri: "com.", match: "prefix", allow: ALL },
      { uri: "com.", match: "prefix" },
    ],
    "com.a",
    false,
  ],
  ["a wildcard", [{ uri: "com..a", match: "wildcard", allow: ALL }], "com.x.a", true],
  ["a wildcard stands for one part", [{ uri: "com..a", match: "wildcard", allow: ALL }], "com.x.y.a", false],
  [
    "a wildcard goes before a prefix",
    [
      { uri: "com.", match: "prefix", allow: ALL },
      { uri: "com..a", match: "wildcard" },
    ],
    "com.x.a",
    false,
  ],
  [
    "but not before an exact one",
    [
      { uri: "com.x.a", match: "exact", allow: ALL },
      { uri: "com..a", match: "wildcard" },
    ],
    "com.x.a",
    true,
  ],
  ["other actions aren't this one", [{ uri: "com.a", allow: { publish: true } }], "com.a", false],
])("%s", (_why, permissions, uri, isAllowed) => {
  expect(mayCall(permissions, uri)).toBe(isAllowed);
});

test.each<[WampAction, boolean]>([
  ["call", true],
  ["publish", false],
  ["register", false],
  ["subscribe", false],
])("%s: the caller is disclosed to callees alone", (action, disclose) => {
  const permissions: Permission[] = [{ uri: "com.a", allow: ALL, disclose: { caller: true } }];
  expect(findGrant(permissions, "com.a", action)).toEqual({ allow: true, disclose });
});

const part = fc.constantFrom("com", "a", "b", "x1", "Upper", "-");
const uri = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
const pattern = fc
  .array(fc.oneof({ weight: 3, arbitrary: part }, fc.constantFrom("", "*")), { maxLength: 4 })
  .map((parts) => parts.join("."));
const flags = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.boolean()])), { requiredKeys: [] });
const permission = fc.record(
  {
    uri: pattern,
    match: fc.constantFrom("exact", "prefix", "wildcard"),
    allow: flags(["call", "register", "publish", "subscribe"]),
    disclose: flags(["caller", "publisher"]),
  },
  { requiredKeys: ["uri", "allow"] },
);
const oneCase = fc.record({
  permissions: fc.array(permission, { maxLength: 5 }),
  uri,
  action: fc.constantFrom<WampAction>("call", "register", "publish", "subscribe"),
});

describeUnless(crossbarMissing(), "beside Crossbar's own code", () => {
  test("3000 random cases have the same answer", () => {
    const cases = fc.sample(oneCase, 3000);
    const answers = JSON.parse(
      execFileSync(".venv/bin/python", ["test/support/crossbar_permissions.py"], {
        cwd: ROOT,
        input: JSON.stringify(cases),
        encoding: "utf8",
      }),
    ) as unknown[];
    const ours = cases.map(({ permissions, uri: one, action }) =>
      findGrant(permissions as Permission[], one, action),
    );
    const differing = cases.filter(
      (_case, index) => JSON.stringify(ours[index]) !== JSON.stringify(answers[index]),
    );
    expect(differing.slice(0, 3)).toEqual([]);
    expect(ours.filter(({ allow }) => allow).length).toBeGreaterThan(50);
  });
});
