// A supervisor and its child for test/cli/supervisor.test.ts: `supervisor-process.ts MODE FILE`, lines into FILE.
// MODE: stay (until SIGTERM), fail-twice (then end in order), fail (and the supervisor's pauses are long).

import { appendFileSync, readFileSync } from "node:fs";
import { endWithSupervisor, startSupervised, supervise } from "../../src/cli/supervisor.js";
import { createSilentLog } from "../../src/log/logger.js";

const [script = "", mode = "", file = "", role] = process.argv.slice(1);
const say = (line: string): void => appendFileSync(file, `${line}\n`);

if (role === "child") beChild();
else {
  const pauseMs = mode === "fail" ? 3_600_000 : 1;
  const next = (): number => {
    say("pause");
    return pauseMs;
  };
  await supervise(() => startSupervised([script, mode, file, "child"]), createSilentLog(), {
    next,
    reset() {},
  });
}

function beChild(): void {
  endWithSupervisor();
  if (mode === "stay") stay();
  say(`start ${process.pid}`);
  const starts = readFileSync(file, "utf8").split("start ").length - 1;
  if (mode === "fail" || (mode === "fail-twice" && starts <= 2)) process.exitCode = 1;
}

function stay(): void {
  const alive = setInterval(() => {}, 60_000);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      say(`stop ${signal}`);
      if (signal !== "SIGHUP") clearInterval(alive);
    });
  }
}
