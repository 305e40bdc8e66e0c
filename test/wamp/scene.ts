// One attachment to one scripted router, and the clearing up after it.

import type { RouterConfig } from "../../src/config/config.js";
import { attachRouter, type RouterAttachment } from "../../src/wamp/router-attachment.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import type { FakeRouter } from "./fake-router.js";

export interface Scene {
  router: FakeRouter | undefined;
  attachment: RouterAttachment | undefined;
  /** Attaches to the URL, anonymously and by JSON unless told otherwise; gives the log. */
  attach(url: string, changes?: Partial<RouterConfig>): CollectedLog;
  /** Waits until the procedure is registered. */
  registered(): Promise<boolean>;
  /** Ends both; for `afterEach`. */
  clear(): Promise<void>;
}

export function createScene(): Scene {
  const scene: Scene = {
    router: undefined,
    attachment: undefined,
    attach(url, changes = {}) {
      const log = collectLog("info");
      scene.attachment = attachRouter({
        router: routerConfig(0, { url, login: { method: "anonymous" }, serializers: ["json"], ...changes }),
        endpoint: () => ({}),
        log: log.log,
      });
      scene.attachment.start();
      return log;
    },
    registered: () => waitFor("the registration", () => scene.attachment?.status.registered === true),
    async clear() {
      await scene.attachment?.stop();
      await scene.router?.close();
      scene.attachment = undefined;
      scene.router = undefined;
    },
  };
  return scene;
}
