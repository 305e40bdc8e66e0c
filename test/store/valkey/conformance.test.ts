// Runs the contract of the store's ports on Valkey and Redis.

import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeReader, describeStore, makeFields } from "../conformance.js";
import { describeHashedStore, describeSessionStore } from "../session-conformance.js";
import { describeEachServer } from "./each-server.js";

const cookies = Array.from({ length: 23 }, (_, at) =>
  makeFields({
    authid: at % 5 === 0 ? undefined : `user-${at % 3}`,
    maxAgeSeconds: at % 4 === 0 ? undefined : at + 1,
  }),
);

describeEachServer("the contract", ({ options }, name) => {
  const opened = new WeakMap<CookieStore, ValkeyOptions>();
  const openWith = async (asked: ValkeyOptions): Promise<CookieStore> => {
    const store = await openValkeyStore(asked);
    opened.set(store, asked);
    return store;
  };
  const open = () => openWith(options({ hashValues: false }));
  const reopen = async (store: CookieStore): Promise<CookieStore> => {
    await store.close();
    return openWith(opened.get(store) as ValkeyOptions);
  };

  describeReader(name, async () => {
    const store = await open();
    await store.writer.write((transaction) => {
      for (const fields of cookies) transaction.put(fields);
    });
    return { reader: store.reader, cookies };
  });
  describeStore(name, open);
  describeSessionStore(name, open, reopen);
  describeHashedStore(name, () => openWith(options()));
});
