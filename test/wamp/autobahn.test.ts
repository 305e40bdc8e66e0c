// autobahn-js prints every message if it is told to by the environment: not here.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type FakeRouter, startFakeRouter } from "./fake-router.js";

let directory: string;
let router: FakeRouter;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "autobahn-"));
  process.env.AUTOBAHN_DEBUG = "1";
  process.env.AUTOBAHN_TRACE = join(directory, "trace");
  router = await startFakeRouter((message, link) => {
    if (message[0] !== 1) return false;
    link.send([4, "ticket", {}]);
    return true;
  });
});

afterAll(async () => {
  delete process.env.AUTOBAHN_DEBUG;
  delete process.env.AUTOBAHN_TRACE;
  await router.close();
  rmSync(directory, { recursive: true });
});

test("AUTOBAHN_DEBUG and AUTOBAHN_TRACE print nothing, nor do autobahn's warnings", async () => {
  const printed = (["log", "warn", "error", "info"] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation(() => {}),
  );
  // autobahn looks at the environment when it is loaded.
  const { joinAs } = await import("../support/wamp-client.js");
  const outcome = joinAs({ url: router.url, realm: "r", authid: "me", ticket: "the-ticket", timeoutMs: 300 });
  expect(await outcome).toMatchObject({ kind: "abort", reason: "join-timeout" });
  // The ticket was sent: there was something to print.
  expect(JSON.stringify(router.received())).toContain("the-ticket");
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(existsSync(join(directory, "trace"))).toBe(false);
});
