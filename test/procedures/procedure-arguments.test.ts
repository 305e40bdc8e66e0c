// Wrong arguments: each is named, none is shown.

import { expect, test } from "@jest/globals";
import { parseArguments } from "../../src/procedures/procedure-arguments.js";
import { PROCEDURE_NAMES, type ProcedureName } from "../../src/procedures/procedure-names.js";
import { createScene, type Kwargs } from "./scene.js";

const OID = "11111111-2222-4333-8444-555555555555";
const LOGIN = { authid: "joe", authrole: "user" };

test.each<[ProcedureName, Kwargs, field: string | undefined, text: string]>([
  ["login", { authrole: "user" }, "authid", "authid: is missing: expected an authid of 1 to 512 characters"],
  ["login", { ...LOGIN, authid: "" }, "authid", "authid: expected an authid"],
  ["login", { ...LOGIN, authid: "x".repeat(513) }, "authid", "authid: expected an authid"],
  ["login", { ...LOGIN, authid: 5 }, "authid", "authid: expected an authid"],
  ["login", { ...LOGIN, authrealm: null }, "authrealm", "authrealm: expected a realm"],
  ["login", { ...LOGIN, autrhole: "x" }, "autrhole", "autrhole: unknown key: did you mean authrole?"],
  ["login", { ...LOGIN, max_age: 0 }, "max_age", "max_age: expected a whole number of seconds"],
  ["login", { ...LOGIN, max_age: 1.5 }, "max_age", "max_age: expected a whole number of seconds"],
  ["login", { ...LOGIN, scope: 7 }, "scope", "scope: expected text of words"],
  ["login", { ...LOGIN, scope: ["a b"] }, "scope", "scope: expected text of words"],
  ["login", { ...LOGIN, scope: "x".repeat(4097) }, "scope", "scope: expected text of words"],
  ["login", { ...LOGIN, device: { ip: "x" } }, "device.ip", "device.ip: unknown key"],
  ["login", { ...LOGIN, authextra: [] }, "authextra", "authextra: expected an object"],
  ["login", { ...LOGIN, authextra: { scope: "all" } }, "authextra", "authextra: the key scope is reserved"],
  ["login", { ...LOGIN, authextra: { a: 1n } }, "authextra", "authextra: "],
  ["login", { ...LOGIN, authextra: { a: "x".repeat(70_000) } }, "authextra", "authextra: too large"],
  ["login", { ...LOGIN, auth_time: 9_999_999_999 }, "auth_time", "auth_time: "],
  ["login", { ...LOGIN, authid: "\ud800" }, "authid", "authid: it has a lone surrogate"],
  ["login", { ...LOGIN, value: "my-own-value-of-24-chars" }, "value", "value: unknown key"],
  ["login", { ...LOGIN, presented_value: "x".repeat(510) }, "presented_value", "presented_value: expected"],
  ["get_user", {}, undefined, "expected exactly one of value and oid"],
  ["get_user", { value: "v", oid: OID }, undefined, "expected exactly one of value and oid"],
  ["get_user", { oid: "5" }, "oid", "oid: expected a UUID in lower case"],
  ["get_user", { oid: OID, auth_code: "" }, "auth_code", "auth_code: expected text of 1 to 1024 characters"],
  ["update", { oid: OID, authid: "ann" }, "authid", "authid: unknown key"],
  ["update", { oid: OID, created: 0 }, "created", "created: unknown key"],
  [
    "rotate",
    { oid: OID, new_value: "x" },
    "new_value",
    "new_value: unknown key: the keys here are value, oid, new_authrole,",
  ],
  ["list", { limit: 1001 }, "limit", "limit: expected a whole number from 1 to 1000"],
  ["list", { after: "rubbish" }, "after", "after: no `next` of such a list"],
  ["logout_user", {}, "authid", "authid: is missing"],
  ["delete_all", { except_oid: 1 }, "except_oid", "except_oid: expected a UUID"],
  ["purge", { force: true }, "force", "force: unknown key"],
  ["my_sessions", { authid: "ann" }, "authid", "authid: unknown key"],
  ["logout_mine", {}, undefined, "expected exactly one of oid and others"],
  ["logout_mine", { oid: OID, others: true }, undefined, "expected exactly one of oid and others"],
  ["logout_mine", { others: false }, "others", "others: expected true"],
])("%s(%j)", async (name, kwargs, field, text) => {
  const { refusal, store } = createScene();
  const error = await refusal(name, kwargs);
  expect(error).toMatchObject({ uri: "wamp.error.invalid_argument", field });
  expect(error.message).toContain(text);
  expect((await store.reader.list({ limit: 1 })).cookies).toEqual([]);
});

test.each(PROCEDURE_NAMES)("%s takes no positional arguments", async (name) => {
  const { refusal } = createScene();
  expect(await refusal(name, {}, undefined, ["x"])).toMatchObject({
    uri: "wamp.error.invalid_argument",
    message: "expected keyword arguments only",
  });
});

test("keys that would reach a prototype are unknown keys", () => {
  const kwargs = JSON.parse('{"authid": "joe", "authrole": "user", "__proto__": {"authrealm": "realm2"}}');
  expect(() => parseArguments("login", [], kwargs)).toThrow("__proto__: unknown key");
});

test("the text never shows what was found, and keys can't break a line (R-47, R-55)", async () => {
  const { refusal } = createScene();
  const secret = "s3cr3t-hunter2 ";
  const error = await refusal("get_user", {
    value: [secret],
    oid: secret,
    scope: { a: secret },
    auth_code: secret.repeat(100),
    "key\u001b[31m\n": 1,
  });
  expect(error.message).not.toContain("hunter2");
  expect(error.message).not.toMatch(/\p{Cc}/u);
});

test("the caller's own map stays as it is", () => {
  const kwargs = Object.freeze({ authid: "joe" });
  expect(parseArguments("list", [], kwargs)).toEqual({ authid: "joe", limit: 100 });
  expect(kwargs).toEqual({ authid: "joe" });
});
