import { expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { checkReadiness } from "../../src/service/readiness.js";
import type { RouterStatus } from "../../src/wamp/router-attachment.js";
import { fakeReader } from "./fake-reader.js";

const attached = (name: string): RouterStatus => ({ name, state: "joined", registered: true });

test("ready: every router attached, and the store answers", async () => {
  const routers = [attached("a"), attached("b")];
  expect(await checkReadiness(routers, fakeReader())).toEqual({ ready: true, routers, store: "ok" });
});

test.each<RouterStatus>([
  { name: "b", state: "joined", registered: false },
  { name: "b", state: "waiting", registered: false },
  { name: "b", state: "waiting", registered: true },
])("not ready: one router is %p", async (router) => {
  expect(await checkReadiness([attached("a"), router], fakeReader())).toMatchObject({
    ready: false,
    store: "ok",
  });
});

test("not ready: the store throws, and its code is told", async () => {
  const reader = fakeReader(() => {
    throw new CookieAuthenticatorError("ERR_STORE_CLOSED", "closed");
  });
  expect(await checkReadiness([attached("a")], reader)).toMatchObject({
    ready: false,
    store: "ERR_STORE_CLOSED",
  });
});

test("not ready: the store rejects with something else", async () => {
  const reader = fakeReader(() => Promise.reject(new Error("what")));
  expect(await checkReadiness([attached("a")], reader)).toMatchObject({ ready: false, store: "error" });
});

test("not ready: the store doesn't answer within a second", async () => {
  const reader = fakeReader(() => new Promise(() => {}));
  expect(await checkReadiness([attached("a")], reader)).toMatchObject({ ready: false, store: "timeout" });
});
