// Where the demo keeps its cookies: what is done otherwise on LMDB and on Valkey.

import type { CookieFields } from "../../src/record/cookie.js";

/** The routers and people of a run. */
export interface DemoSite {
  readonly url: string;
  readonly backendUrl: string;
  readonly realm: string;
  readonly prefix: string;
  readonly userSecret: string;
  readonly backendSecret: string;
}

/** The store of one run. */
export interface DemoStore {
  /** Name and value of what there is to know of it. */
  readonly about: readonly (readonly [name: string, value: string])[];
  /** The section `store` of the component's configuration. */
  readonly section: object;
  /** The options of `cookies …` commands that name it. */
  readonly commandOptions: readonly string[];
  /** The database that Crossbar keeps its cookies in, relative to the node directory; `undefined`: it keeps none. */
  readonly crossbarPath: string | undefined;
  /** How joe comes to his cookie, in words and in fact. @returns its value */
  readonly loginTitle: string;
  logIn(site: DemoSite): Promise<string>;
  /** The value of a cookie that nobody has logged in with. */
  visit(site: DemoSite): Promise<string>;
  /** Stores a record through the library, while the component has the store open. */
  put(fields: CookieFields): Promise<void>;
  /** The server behind it stands still until `thaw`; `undefined`: there is none. */
  readonly server: { freeze(): void; thaw(): void } | undefined;
  stop(): Promise<void>;
}
