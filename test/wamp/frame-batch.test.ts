// Frames of one turn share a write; none waits for another turn.

import { EventEmitter } from "node:events";
import { expect, test } from "@jest/globals";
import type { WebSocket } from "ws";
import { batchFrames } from "../../src/wamp/frame-batch.js";

test("the stream is held from the first frame of a turn until its promises have run", async () => {
  const steps: string[] = [];
  const socket = new EventEmitter();
  const beforeFrame = batchFrames(socket as WebSocket);
  beforeFrame(); // before the handshake there is nothing to hold
  socket.emit("upgrade", { socket: { cork: () => steps.push("cork"), uncork: () => steps.push("uncork") } });
  const send = (name: string): void => {
    beforeFrame();
    steps.push(name);
  };

  send("first");
  const done = Promise.resolve()
    .then(() => send("second"))
    .then(() => send("third"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(steps.at(0)).toBe("cork");
  expect(steps.at(-1)).toBe("uncork");
  expect(steps.filter((step) => step === "cork")).toHaveLength(
    steps.filter((step) => step === "uncork").length,
  );
  await done;

  steps.length = 0;
  await Promise.resolve().then(() => {
    send("fourth");
    void Promise.resolve().then(() => send("fifth"));
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(steps).toEqual(["cork", "fourth", "fifth", "uncork"]);
});
