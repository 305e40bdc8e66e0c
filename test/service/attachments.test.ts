// Attachments that follow a list: what stays isn't touched, what goes is detached before its successor is made.

import { describe, expect, test } from "@jest/globals";
import { createAttachments } from "../../src/service/attachments.js";

interface Target {
  readonly name: string;
  readonly url: string;
}

const at = (name: string, url = name): Target => ({ name, url });

function scene(targets: readonly Target[], unregister: (url: string) => Promise<void> = async () => {}) {
  const events: string[] = [];
  const attachments = createAttachments(targets, {
    toKey: ({ name }: Target) => name,
    attach({ url }) {
      events.push(`attach ${url}`);
      return {
        url,
        start: () => void events.push(`start ${url}`),
        async unregister() {
          await unregister(url);
          events.push(`unregister ${url}`);
        },
        stop: async () => void events.push(`stop ${url}`),
      };
    },
    onDetached: ({ url }) => void events.push(`detached ${url}`),
  });
  /** What happened since the last time. */
  const take = () => events.splice(0);
  return { attachments, take, urls: () => attachments.parts.map(({ url }) => url) };
}

describe("createAttachments", () => {
  test("what hasn't changed isn't touched; what is new is started; what is gone is let go in order", async () => {
    const { attachments, take, urls } = scene([at("a"), at("b")]);
    attachments.start();
    take();
    await attachments.follow([at("a"), at("c")]);
    expect(take()).toEqual(["attach c", "start c", "unregister b", "detached b", "stop b"]);
    expect(urls()).toEqual(["a", "c"]);
  });

  test("what has changed is let go before its successor is made, which has its place", async () => {
    const { attachments, take, urls } = scene([at("a"), at("b")]);
    attachments.start();
    take();
    await attachments.follow([at("a", "new a"), at("b")]);
    expect(take()).toEqual(["unregister a", "detached a", "attach new a", "start new a", "stop a"]);
    expect(urls()).toEqual(["new a", "b"]);
  });

  test("before the start nothing is started", async () => {
    const { attachments, take } = scene([at("a")]);
    await attachments.follow([at("a"), at("b")]);
    expect(take()).toEqual(["attach a", "attach b"]);
    attachments.start();
    expect(take()).toEqual(["start a", "start b"]);
  });

  test("a second list waits for the first, and wins", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { attachments, urls } = scene([at("a")], (url) => (url === "a" ? held : Promise.resolve()));
    attachments.start();
    const both = [attachments.follow([at("b")]), attachments.follow([at("c")])];
    release();
    await Promise.all(both);
    expect(urls()).toEqual(["c"]);
  });

  test("an end while it follows makes no successor, and waits for what is under way", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { attachments, take, urls } = scene([at("a")], (url) => (url === "a" ? held : Promise.resolve()));
    attachments.start();
    const following = attachments.follow([at("a", "new a")]);
    await Promise.resolve();
    const ending = attachments.unregister().then(() => attachments.stop());
    release();
    await Promise.all([following, ending]);
    expect(take()).not.toContain("attach new a");
    expect(urls()).toEqual([]);
    await attachments.follow([at("z")]);
    expect(take()).not.toContain("attach z");
  });
});
