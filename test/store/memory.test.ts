// Runs the contract of the store's ports, with sessions and with hashed values, in memory.

import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { describeReader, describeStore, makeFields } from "./conformance.js";
import { describeHashedStore, describeSessionStore } from "./session-conformance.js";

const cookies = Array.from({ length: 23 }, (_, at) =>
  makeFields({
    authid: at % 5 === 0 ? undefined : `user-${at % 3}`,
    maxAgeSeconds: at % 4 === 0 ? undefined : at + 1,
  }),
);

describeReader("in memory", async () => {
  const store = createMemoryStore();
  await store.writer.write((transaction) => {
    for (const fields of cookies) transaction.put(fields);
  });
  return { reader: store.reader, cookies };
});
describeStore("in memory", async () => createMemoryStore());
describeSessionStore("in memory", async () => createMemoryStore());
describeHashedStore("in memory", async () => createMemoryStore({ hashValues: true }));

test("a listing goes on only from where a page of its kind ended", async () => {
  const { reader } = createMemoryStore();
  const list = async (after: string) => reader.list({ limit: 1, after });
  await expect(list("nonsense")).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
  await expect(list("ff/nonsense")).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
});

test("a last use that no 64 bits hold is refused", async () => {
  const { writer } = createMemoryStore();
  const fields = makeFields();
  const write = writer.write((transaction) => {
    transaction.put(fields);
    transaction.putUse(fields.oid, { lastUsedNs: 2n ** 64n });
  });
  await expect(write).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
});
