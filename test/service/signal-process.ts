// A process that runs a service until a signal: `node --import tsx signal-process.ts clean|stuck|failing`.

import { CookieAuthenticatorError } from "../../src/errors.js";
import { createLog } from "../../src/log/logger.js";
import { runUntilSignal } from "../../src/service/run-until-signal.js";
import type { Service } from "../../src/service/service.js";

const kind = process.argv[2];
// Keeps the process alive, as connections would.
const alive = setInterval(() => {}, 1000);

const service: Pick<Service, "start" | "stop"> = {
  async start() {
    if (kind === "failing") {
      clearInterval(alive);
      throw new CookieAuthenticatorError("ERR_HEALTH_LISTEN", "the port is taken");
    }
    console.log("started");
  },
  async stop() {
    console.log("stopping");
    if (kind === "stuck") await new Promise(() => {});
    clearInterval(alive);
  },
};

await runUntilSignal(service, createLog());
console.log("after");
