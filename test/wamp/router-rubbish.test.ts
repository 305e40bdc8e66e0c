// Routers that send what they shouldn't: the link is closed and made anew, the process lives, no secret gets out.

import { afterEach, describe, expect, test } from "@jest/globals";
import { waitFor } from "../support/wait-for.js";
import { type Script, startFakeRouter } from "./fake-router.js";
import { createScene } from "./scene.js";

const scene = createScene();
afterEach(() => scene.clear());

describe("rubbish", () => {
  test.each([
    ["no JSON", "{"],
    ["an empty frame", ""],
    ["no list", "{}"],
    ["null", "null"],
    ["an empty list", "[]"],
    ["an unknown type", "[999]"],
    ["a RESULT nobody asked for", "[50,1,{}]"],
    ["an EVENT nobody asked for", "[36,1,2,{}]"],
    ["an ERROR of a strange kind", '[8,999,1,{},"x"]'],
    ["an ERROR with a kind too long for a close frame", `[8,"${"x".repeat(500)}",1,{},"x"]`],
    ["an INVOCATION for no registration", "[68,1,5,{}]"],
    ["GOODBYE without details", "[6]"],
    ["an INTERRUPT", "[69,1,{}]"],
  ])("after %s the link is closed and made anew", async (_name, text) => {
    scene.router = await startFakeRouter();
    const log = scene.attach(scene.router.url, { reconnectMinMs: 10, reconnectMaxMs: 50 });
    await scene.registered();
    scene.router.last().socket.send(text);
    await waitFor("another link", () => scene.router?.links() === 2);
    await scene.registered();
    expect(log.text()).not.toContain("xxxxx");
  });

  test("a binary frame where text was agreed on", async () => {
    scene.router = await startFakeRouter();
    const log = scene.attach(scene.router.url);
    await scene.registered();
    scene.router.last().socket.send(Buffer.from("[1]"), { binary: true });
    await waitFor("another link", () => scene.router?.links() === 2);
    expect(log.saying("a message of the router can't be decoded")[0]).toMatchObject({ bytes: 3 });
  });

  test.each([
    ["WELCOME without roles", [2, 7, {}]],
    ["WELCOME without anything", [2]],
    ["ABORT without details", [3]],
    ["an unexpected type", [50]],
  ])("%s instead of a welcome is tried again", async (_name, reply) => {
    const script: Script = (message, link) => {
      if (message[0] !== 1) return false;
      link.send(reply);
      return true;
    };
    scene.router = await startFakeRouter(script);
    scene.attach(scene.router.url, { joinTimeoutMs: 500 });
    await waitFor("three links", () => (scene.router?.links() ?? 0) >= 3);
  });

  test("a challenge to a login that has no secret", async () => {
    scene.router = await startFakeRouter((message, link) => {
      if (message[0] !== 1) return false;
      link.send([4, "ticket", {}]);
      return true;
    });
    const log = scene.attach(scene.router.url);
    await waitFor("two refusals", () => log.saying("the router refuses the login").length >= 2);
  });

  test("a challenge for another method doesn't get the ticket", async () => {
    scene.router = await startFakeRouter((message, link) => {
      if (message[0] !== 1) return false;
      link.send([4, "scram", {}]);
      return true;
    });
    const log = scene.attach(scene.router.url, {
      login: { method: "ticket", authid: "me", secret: "the-secret" },
    });
    await waitFor("a refusal", () => log.saying("the router refuses the login").length > 0);
    expect(log.saying("the router refuses the login")[0]).toMatchObject({
      text: "the router asks for scram, we log in with ticket",
    });
    expect(JSON.stringify(scene.router.received())).not.toContain("the-secret");
    expect(log.text()).not.toContain("the-secret");
  });
});
