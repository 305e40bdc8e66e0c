// The dynamic authorizer: permissions, ended sessions, faults, and callers that have no business here.

import { expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { createAuthorizer } from "../../src/live/authorize.js";
import { collectLog } from "../support/crossbar-log.js";
import { liveOf, oidOf } from "./live-scene.js";

const DENIED = { allow: false, disclose: false, cache: false };
const TRUSTED = { authrole: "trusted" };
const DETAILS = { session: 1001, authid: "joe", authrole: "user", authextra: { cookie_oid: oidOf(1) } };

function scene(isEnded: () => Promise<boolean> = async () => false) {
  const log = collectLog();
  const asked: unknown[] = [];
  const authorize = createAuthorizer({
    permissions: [
      { uri: "com.example.", match: "prefix", allow: { call: true }, disclose: { caller: true } },
    ],
    callerRoles: ["trusted"],
    isEnded: (session) => {
      asked.push(session);
      return isEnded();
    },
    log: log.log,
  });
  return { log, asked, authorize };
}

test("what the permissions allow, for a session that goes on", async () => {
  const { authorize, asked } = scene();
  const answer = await authorize([DETAILS, "com.example.a", "call", {}], TRUSTED);
  expect(answer).toEqual({ allow: true, disclose: true, cache: false });
  expect(asked).toEqual([liveOf(1)]);
});

test("nothing for a session that is over", async () => {
  const { authorize } = scene(async () => true);
  expect(await authorize([DETAILS, "com.example.a", "call", {}], TRUSTED)).toEqual(DENIED);
});

test("nothing if the session can't be checked; the log says why", async () => {
  const { authorize, log } = scene(() =>
    Promise.reject(new CookieAuthenticatorError("ERR_STORE_CLOSED", "closed")),
  );
  expect(await authorize([DETAILS, "com.example.a", "call", {}], TRUSTED)).toEqual(DENIED);
  expect(log.lines()).toMatchObject([{ code: "ERR_STORE_CLOSED", session: 1001 }]);
});

test.each<[why: string, args: readonly unknown[], caller: { authrole?: string }]>([
  ["another URI", [DETAILS, "com.other.a", "call", {}], TRUSTED],
  ["another action", [DETAILS, "com.example.a", "publish", {}], TRUSTED],
  ["an unknown action", [DETAILS, "com.example.a", "constructor", {}], TRUSTED],
  ["no action", [DETAILS, "com.example.a"], TRUSTED],
  ["no URI", [DETAILS, undefined, "call"], TRUSTED],
  ["no session", [{}, "com.example.a", "call"], TRUSTED],
  ["no arguments", [], TRUSTED],
  ["a client as caller", [DETAILS, "com.example.a", "call", {}], { authrole: "user" }],
  ["an undisclosed caller", [DETAILS, "com.example.a", "call", {}], {}],
])("%s is denied without a look at the store", async (_why, args, caller) => {
  const { authorize, asked } = scene();
  expect(await authorize(args, caller)).toEqual(DENIED);
  expect(asked).toEqual([]);
});
