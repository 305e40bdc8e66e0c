// The process: arguments in, exit status out.

import { errorCodeOf } from "../errors.js";
import { createRealContext } from "./real-context.js";
import { runCli } from "./run-cli.js";
import { endWithSupervisor } from "./supervisor.js";

for (const stream of [process.stdout, process.stderr]) {
  // `… | head` closes the pipe early: nothing to complain about. Commands see it by `writable`.
  stream.on("error", (error) => {
    if (errorCodeOf(error) !== "EPIPE") throw error;
  });
}

endWithSupervisor();
process.exitCode = await runCli(process.argv.slice(2), createRealContext());
