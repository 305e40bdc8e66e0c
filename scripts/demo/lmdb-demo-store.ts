// The demo on LMDB: Crossbar's own cookie database, which both write.

import { relative } from "node:path";
import { openCookieStore } from "../../src/store/open-store.js";
import { joinFrames } from "../../test/support/crossbar-cookie-client.js";
import type { DemoSite, DemoStore } from "./demo-store.js";

/**
 * @param options.path an empty database, made by `db init`
 * @param options.nodeDirectory Crossbar's
 */
export function lmdbDemoStore(options: {
  readonly root: string;
  readonly path: string;
  readonly nodeDirectory: string;
}): DemoStore {
  const { root, path, nodeDirectory } = options;
  return {
    about: [["database", `${relative(root, path)}, in Crossbar's layout and LMDB 0.9 format`]],
    section: { path },
    commandOptions: ["--db", relative(root, path)],
    crossbarPath: relative(nodeDirectory, path),
    loginTitle: "joe logs in with his password (WAMP-CRA); Crossbar stores it with his cookie",
    async logIn(site) {
      const { kind, frame, setCookie } = await joinWithPassword(site, site.userSecret);
      if (kind === "welcome" && setCookie !== undefined) return setCookie;
      throw new Error(`joe can't log in: ${JSON.stringify(frame)}`);
    },
    /** Crossbar makes a tracking cookie for whoever comes; this visitor doesn't know the password. */
    async visit(site) {
      return (await joinWithPassword(site, "not his password")).setCookie ?? "";
    },
    async put(fields) {
      const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
      await store.writer.write((transaction) => transaction.put(fields));
      await store.close();
    },
    server: undefined,
    async stop() {
      // The files stay, to be looked at.
    },
  };
}

async function joinWithPassword({ url, realm }: DemoSite, wampcra: string) {
  const join = await joinFrames({ url: `${url}/login`, realm, authid: "joe", wampcra });
  await join.leave();
  return join;
}
