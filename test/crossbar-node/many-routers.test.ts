// Several instances, router workers and hosts: what is a finding there, and what isn't.

import { describe, expect, test } from "@jest/globals";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { type Json, load } from "../config/temporary-config.js";
import { type ChangeableNode, findIn, makeNode, ourContent } from "./good-node.js";

const [ourRouter] = ourContent().routers as [Json];
const shared = { routers: [{ ...ourRouter, invoke: "roundrobin" }] };

const setPings = (interval: number, timeout: number) => (node: ChangeableNode) =>
  Object.assign(node.workers[0].transports[1], {
    options: { auto_ping_interval: interval, auto_ping_timeout: timeout },
  });
const setRlinks =
  (realm: number, ...rlinks: Json[]) =>
  (node: ChangeableNode) =>
    Object.assign(node.workers[0].realms[realm] ?? {}, { rlinks });

async function kindsIn(change: (node: ChangeableNode) => void, ours: Json = {}): Promise<string[]> {
  return (await findIn(change, ours)).map(({ kind }) => kind);
}

test("the node that we make for several instances finds a frozen one soon enough", async () => {
  const config = await load(ourContent(shared));
  expect(checkCrossbarNode(makeNode(config), config, { nodeDirectory: "/node" })).toEqual([]);
});

describe("pings", () => {
  test.each<[string, number, number, Json, string[]]>([
    ["10 s in all, shared", 5000, 5000, shared, []],
    ["more than that, shared", 5000, 5001, shared, ["component-pings-slow"]],
    ["more than that, a single instance", 30_000, 30_000, {}, []],
    [
      "with a stand-by",
      30_000,
      30_000,
      { routers: [{ ...ourRouter, invoke: "first" }] },
      ["component-pings-slow"],
    ],
  ])("%s", async (_name, interval, timeout, ours, expected) => {
    expect(await kindsIn(setPings(interval, timeout), ours)).toEqual(expected);
  });
});

describe("rlinks", () => {
  const neither = { forward_local_invocations: false, forward_remote_invocations: false };
  test.each<[string, (node: ChangeableNode) => void, string[]]>([
    ["in a session realm", setRlinks(1, { realm: "realm9" }), ["component-rlink"]],
    [
      "of one direction",
      setRlinks(0, { realm: "realm1", forward_local_invocations: false }),
      ["component-rlink"],
    ],
    ["that forward events only", setRlinks(0, { realm: "realm1", ...neither }), []],
    ["several: each by itself", setRlinks(0, { ...neither }, {}, {}), ["component-rlink", "component-rlink"]],
    [
      "from a realm that isn't ours into one that is",
      ({ workers: [{ realms }] }) =>
        realms.push({ name: "other", roles: [], rlinks: [{ realm: "realm1" }] } as never),
      ["component-rlink"],
    ],
    [
      "between realms that aren't ours",
      ({ workers: [{ realms }] }) =>
        realms.push({ name: "other", roles: [], rlinks: [{ realm: "other" }] } as never),
      [],
    ],
  ])("%s", async (_name, change, expected) => {
    expect(await kindsIn(change)).toEqual(expected);
  });
});

describe("a second worker whose clients we authenticate", () => {
  const addWorker =
    (type: string, changes: Json, more: Json[] = []) =>
    (node: ChangeableNode) => {
      const ticket = { ...node.workers[0].transports[0].paths.ws.auth.ticket, ...changes };
      const clients = { type: "websocket", endpoint: { type: "tcp", port: 9080 }, auth: { ticket } };
      node.workers.push({ type, realms: node.workers[0].realms, transports: [clients, ...more] });
    };
  const component = (node: ChangeableNode): Json => {
    const endpoint = { ...node.workers[0].transports[1].endpoint, port: 9081 };
    return { type: "websocket", ...node.workers[0].transports[1], endpoint };
  };

  test.each<[string, (node: ChangeableNode) => void, string[]]>([
    ["that nobody of us is attached to", addWorker("router", {}), ["component-worker"]],
    ["a proxy worker, whose realms are elsewhere", addWorker("proxy", {}), []],
    [
      "in a realm of another name: said once",
      addWorker("router", { "authenticator-realm": "x" }),
      ["authenticator-realm"],
    ],
  ])("%s", async (_name, change, expected) => {
    expect(await kindsIn(change)).toEqual(expected);
  });

  test("that one of our routers leads to", async () => {
    const routers = [ourRouter, { ...ourRouter, name: "second", url: "ws://127.0.0.1:9081" }];
    const change = (node: ChangeableNode) => addWorker("router", {}, [component(node)])(node);
    expect(await kindsIn(change, { routers })).toEqual([]);
  });

  test("with a port mapping nothing is known", async () => {
    const routers = [{ ...ourRouter, url: "ws://127.0.0.1:7777" }];
    expect(await kindsIn(addWorker("router", {}), { routers })).toEqual([]);
  });
});

test("one configuration for the nodes of several hosts isn't one router twice", async () => {
  const hosts = ["a.example.com", "b.example.com"].map((host) => ({
    ...ourRouter,
    name: host,
    url: `ws://${host}:8081`,
    allowPlaintext: true,
  }));
  expect(await kindsIn(() => {}, { routers: hosts })).toEqual([]);
});
