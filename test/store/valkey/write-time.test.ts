// A write has one time limit for all its steps, however many there are.

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createValkeyClient } from "../../../src/store/valkey/create-valkey-client.js";
import { createValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { ValkeyClient } from "../../../src/store/valkey/valkey-client.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { makeFields } from "../conformance.js";

const TIMEOUT_MS = 300;

describeUnless(serverMissing(), "the time limit of a write", () => {
  let options: ValkeyOptions;

  beforeAll(async () => {
    const { host, port } = await startServer();
    options = {
      servers: [{ host, port }],
      topology: { kind: "single" },
      prefix: "wca",
      timeoutMs: TIMEOUT_MS,
    };
  });
  afterAll(stopServers);

  /** Logs out a cookie, which is one read and one commit, each as slow as said. */
  const logOut = async (readMs: number, writeMs: number) => {
    const client = createValkeyClient(options);
    let slow = false;
    let commits = 0;
    const slowClient: ValkeyClient = {
      ...client,
      async read(...args) {
        if (slow) await delay(readMs);
        return client.read(...args);
      },
      async write(...args) {
        commits += 1;
        if (slow) await delay(writeMs);
        return client.write(...args);
      },
    };
    const store = createValkeyStore(options, { client: slowClient });
    try {
      const fields = makeFields({ oid: randomUUID() });
      await store.writer.write((on) => on.put({ ...fields, value: on.toStoredValue(fields.value) }));
      slow = true;
      commits = 0;
      const error = await store.writer
        .write((on) => on.delete(fields.oid))
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      return { error, commits: () => commits };
    } finally {
      // Waits for what is under way.
      await store.close();
    }
  };

  test("steps that are each in time but not together fail as late, and may have been made", async () => {
    const { error, commits } = await logOut(200, 200);
    expect(error).toMatchObject({
      code: "ERR_STORE_TIMEOUT",
      message: `a transaction didn't end within ${TIMEOUT_MS} ms`,
      hint: expect.stringContaining("store.timeout"),
      details: { operation: "transaction", mayBeWritten: true },
    });
    expect(commits()).toBe(1);
  });

  test("no step is begun after the time", async () => {
    const { error, commits } = await logOut(400, 0);
    expect(error).toMatchObject({ code: "ERR_STORE_TIMEOUT" });
    expect(commits()).toBe(0);
  });
});
