import { expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { checkReadiness, type Readiness, type ReadinessInput } from "../../src/service/readiness.js";
import type { RealmStatus } from "../../src/wamp/realm-attachment.js";
import type { RouterStatus } from "../../src/wamp/router-attachment.js";
import { fakeReader } from "./fake-reader.js";

const attached = (name: string): RouterStatus => ({
  name,
  realm: "realm1",
  state: "joined",
  joins: 1,
  registered: true,
});

const check = (routers: readonly RouterStatus[], more: Partial<ReadinessInput> = {}): Promise<Readiness> =>
  checkReadiness({ routers, sessions: undefined, reader: fakeReader(), ...more });

test("ready: every router attached, and the store answers", async () => {
  const routers = [attached("a"), attached("b")];
  expect(await check(routers)).toEqual({ ready: true, routers, store: "ok" });
});

test.each<RouterStatus>([
  { ...attached("b"), state: "joined", registered: false },
  { ...attached("b"), state: "waiting", registered: false },
  { ...attached("b"), state: "waiting", registered: true },
])("not ready: one router is %p", async (router) => {
  expect(await check([attached("a"), router])).toMatchObject({
    ready: false,
    store: "ok",
  });
});

test("not ready: the store throws, and its code is told", async () => {
  const reader = fakeReader(() => {
    throw new CookieAuthenticatorError("ERR_STORE_CLOSED", "closed");
  });
  expect(await check([attached("a")], { reader })).toMatchObject({
    ready: false,
    store: "ERR_STORE_CLOSED",
  });
});

test("not ready: the store rejects with something else", async () => {
  const reader = fakeReader(() => Promise.reject(new Error("what")));
  expect(await check([attached("a")], { reader })).toMatchObject({ ready: false, store: "error" });
});

test("not ready: the store knows its fault, and isn't asked", async () => {
  const info = () => Promise.reject(new Error("asked"));
  const fault = new CookieAuthenticatorError("ERR_STORE_ACCESS", "wrong password");
  const reader = { ...fakeReader(info), knownFault: () => fault };
  expect(await check([attached("a")], { reader })).toMatchObject({ ready: false, store: "ERR_STORE_ACCESS" });
});

test("ready: the store knows of no fault", async () => {
  const reader = { ...fakeReader(), knownFault: () => undefined };
  expect(await check([attached("a")], { reader })).toMatchObject({ ready: true, store: "ok" });
});

test("not ready: the fault becomes known while the store doesn't answer", async () => {
  let fault: CookieAuthenticatorError | undefined;
  const reader = {
    ...fakeReader(() => {
      fault = new CookieAuthenticatorError("ERR_STORE_TIMEOUT", "late");
      return new Promise(() => {});
    }),
    knownFault: () => fault,
  };
  expect(await check([attached("a")], { reader })).toMatchObject({ store: "ERR_STORE_TIMEOUT" });
});

test("an answer's own error, after the default store.timeout of a second, comes before the page's limit", async () => {
  const error = new CookieAuthenticatorError("ERR_STORE_TIMEOUT", "late");
  const reader = fakeReader(() => new Promise((_, reject) => setTimeout(() => reject(error), 1000)));
  expect(await check([attached("a")], { reader })).toMatchObject({ store: "ERR_STORE_TIMEOUT" });
});

test("not ready: the store doesn't answer within its time", async () => {
  const reader = fakeReader(() => new Promise(() => {}));
  expect(await check([attached("a")], { reader })).toMatchObject({ ready: false, store: "timeout" });
});

const realm: RealmStatus = {
  router: "a",
  realm: "realm1",
  state: "joined",
  joins: 1,
  registered: true,
  watching: true,
};

test("with sessions: every realm has its procedures and is watched", async () => {
  const sessions = { realms: [realm], live: [] };
  expect(await check([attached("a")], { sessions })).toMatchObject({ ready: true, sessions });
});

test.each<Partial<RealmStatus>>([
  { registered: false },
  { watching: false },
  { state: "waiting", registered: false, watching: false },
])("not ready: a realm of sessions is %p", async (changes) => {
  const sessions = { realms: [realm, { ...realm, realm: "realm2", ...changes }], live: [] };
  expect(await check([attached("a")], { sessions })).toMatchObject({ ready: false });
});
