// Following who is joined: events and lists in every order, refusals, and links that are lost in between.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { LiveRealm } from "../../src/live/live-realm.js";
import { applyViewEvent, createLiveView } from "../../src/live/live-view.js";
import { parseSessionDetails } from "../../src/live/parse-session-details.js";
import { createBackoff } from "../../src/wamp/backoff.js";
import { type SessionWatch, watchSessions } from "../../src/wamp/session-watch.js";
import { collectLog } from "../support/crossbar-log.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeAnswers, fakeSession, wampError } from "./fake-session.js";

const ON_JOIN = "wamp.session.on_join";
const ON_LEAVE = "wamp.session.on_leave";
const LIST = "wamp.session.list";

const detailsOf = (session: number) => ({
  session,
  authid: "joe",
  authrole: "user",
  transport: { http_headers_received: { cookie: "cbtid=secret" } },
});

let left = new AbortController();
afterEach(() => left.abort());

function scene(answers: FakeAnswers, options: { readonly listEveryMs?: number } = {}) {
  left = new AbortController();
  const fake = fakeSession(answers);
  const log = collectLog();
  const view = createLiveView("realm1");
  const lists: number[][] = [];
  const realm: LiveRealm = {
    router: "node",
    realm: "realm1",
    attached: () => {},
    detached: () => {},
    parse: parseSessionDetails,
    isKnown: (session) => view.sessions.has(session),
    joined: (session) => applyViewEvent(view, { kind: "joined", session }),
    left: (session) => applyViewEvent(view, { kind: "left", session }),
    listed(present, found) {
      lists.push([...present]);
      applyViewEvent(view, { kind: "listed", present, found });
    },
  };
  const watch: SessionWatch = watchSessions({
    session: fake.session,
    left: left.signal,
    realm,
    backoff: createBackoff({ minMs: 10, maxMs: 20 }),
    log: log.log,
    ...options,
  });
  const gets = () =>
    fake.calls.filter(({ procedure }) => procedure === "wamp.session.get").map(({ args }) => args[0]);
  return { fake, log, view, lists, watch, gets, ids: () => [...view.sessions.keys()].sort((a, b) => a - b) };
}

/** Answers `wamp.session.list` with these, and `get` for any. */
const joinedAre =
  (ids: () => readonly number[]) =>
  (procedure: string, args: readonly unknown[]): unknown =>
    procedure === LIST ? ids() : detailsOf(args[0] as number);

test("subscribes to both events before it reads the list", async () => {
  let subscribedAtList: readonly string[] = [];
  const { fake, watch, ids, log } = scene({
    call: (procedure, args) => {
      if (procedure === LIST) subscribedAtList = [...fake.subscribed];
      return joinedAre(() => [1, 2])(procedure, args);
    },
  });
  await waitFor("the list", () => watch.watching);
  expect(subscribedAtList).toEqual([ON_JOIN, ON_LEAVE]);
  expect(ids()).toEqual([1, 2]);
  fake.send(ON_JOIN, detailsOf(3));
  fake.send(ON_LEAVE, 1);
  expect(ids()).toEqual([2, 3]);
  expect(log.text()).not.toContain("secret");
});

test("events without sense change nothing", async () => {
  const { fake, watch, ids } = scene({ call: joinedAre(() => [1]) });
  await waitFor("the list", () => watch.watching);
  for (const args of [[], [null], ["1"], [{}], [{ session: "1" }]]) {
    fake.send(ON_JOIN, ...args);
    fake.send(ON_LEAVE, ...args);
  }
  expect(ids()).toEqual([1]);
});

test("who comes and goes while the list is read: the events are younger", async () => {
  let answer: ((ids: readonly number[]) => void) | undefined;
  const { fake, watch, ids } = scene({
    call: (procedure, args) =>
      procedure === LIST ? new Promise((resolve) => (answer = resolve)) : detailsOf(args[0] as number),
  });
  await waitFor("the call", () => answer !== undefined);
  fake.send(ON_JOIN, detailsOf(3));
  fake.send(ON_LEAVE, 1);
  fake.send(ON_JOIN, detailsOf(4));
  fake.send(ON_LEAVE, 4);
  // The router made the list before all that.
  answer?.([1, 2]);
  await waitFor("the list", () => watch.watching);
  expect(ids()).toEqual([2, 3]);
});

test("who leaves between list and get is no fault", async () => {
  const { watch, ids, log } = scene({
    call: (procedure, args) => {
      if (procedure === LIST) return [1, 2];
      if (args[0] === 1) throw wampError("wamp.error.no_such_session");
      return detailsOf(2);
    },
  });
  await waitFor("the list", () => watch.watching);
  expect(ids()).toEqual([2]);
  expect(log.lines().filter(({ level }) => level === "error")).toEqual([]);
});

test("the list is read again, and mends what events missed; only the new ones are looked up", async () => {
  let joined = [1, 2];
  const { ids, lists, gets } = scene({ call: joinedAre(() => joined) }, { listEveryMs: 10 });
  await waitFor("the first list", () => lists.length > 0);
  joined = [2, 3];
  await waitFor("the mended view", () => ids().join() === "2,3");
  expect(gets()).toEqual([1, 2, 3]);
});

test("at most 20 sessions are looked up at once", async () => {
  let running = 0;
  let most = 0;
  const { watch, ids } = scene({
    call: async (procedure, args) => {
      if (procedure === LIST) return Array.from({ length: 100 }, (_unused, i) => i);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return detailsOf(args[0] as number);
    },
  });
  await waitFor("the list", () => watch.watching);
  expect(ids()).toHaveLength(100);
  expect(most).toBe(20);
});

describe("a router that refuses", () => {
  test.each<[what: string, answers: (refuse: () => void) => FakeAnswers]>([
    ["the subscription", (refuse) => ({ subscribe: refuse, call: joinedAre(() => [1]) })],
    [
      "the list",
      (refuse) => ({
        call: (procedure, args) => {
          if (procedure === LIST) refuse();
          return joinedAre(() => [1])(procedure, args);
        },
      }),
    ],
    [
      "the details",
      (refuse) => ({
        call: (procedure, args) => {
          if (procedure !== LIST) refuse();
          return joinedAre(() => [1])(procedure, args);
        },
      }),
    ],
  ])("%s is asked again, and the log says what it needs", async (_what, answers) => {
    let refusals = 2;
    const { watch, ids, log, fake } = scene(
      answers(() => {
        refusals -= 1;
        if (refusals >= 0) throw wampError("wamp.error.not_authorized");
      }),
    );
    expect(watch.watching).toBe(false);
    await waitFor("the list", () => watch.watching);
    expect(ids()).toEqual([1]);
    const lines = log.saying("the router doesn't tell who is joined");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      uri: "wamp.error.not_authorized",
      hint: expect.stringContaining("wamp.session.on_leave"),
      nextTryMs: expect.any(Number),
    });
    // Not subscribed twice for all the tries.
    expect(fake.subscribed).toEqual([ON_JOIN, ON_LEAVE]);
  });
});

test("a link that is lost in the middle of a list leaves the view as it was, and says nothing", async () => {
  const { fake, lists, log, watch } = scene({
    call: (procedure) => (procedure === LIST ? new Promise(() => {}) : undefined),
  });
  await waitFor("the call", () => fake.calls.length === 1);
  left.abort();
  fake.send(ON_JOIN, detailsOf(1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(lists).toEqual([]);
  expect(watch.watching).toBe(false);
  expect(log.lines()).toEqual([]);
});
