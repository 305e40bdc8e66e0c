// The web demo: examples/web-login on a real Crossbar, for a browser; with `once` for plain clients, and then it ends.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { showFact, showLine, showStep } from "../demo/show.js";
import { untilSignal } from "../demo/until-signal.js";
import { runFlow } from "./run-flow.js";
import { startWebParts, type WebParts } from "./web-parts.js";

const directory = fileURLToPath(new URL("../../.demo", import.meta.url));

/** Runs it. @returns the exit status: 0 if everything was as it should be */
export async function runWebDemo({ once }: { readonly once: boolean }): Promise<number> {
  let parts: WebParts | undefined;
  try {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    showStep(1, "Crossbar, the component, a backend and a web application (some 15 s)");
    parts = await startWebParts({ directory, authids: ["joe", "jane"] });
    showFact("page", parts.origin);
    showFact("WebSocket", parts.wampUrl);
    showFact("configuration", ".demo/authenticator.json, .demo/.crossbar/config.json");
    if (once) return await runFlow(parts);
    await stayUp(parts);
    return 0;
  } catch (error) {
    showLine(`\nerror: the demo can't go on: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await parts?.stop();
  }
}

async function stayUp({ origin, passwords }: WebParts): Promise<void> {
  showLine(`\nOpen ${origin} in a browser, and in a second one, or in a private window.\n`);
  for (const [authid, password] of passwords) showLine(`  user ${authid.padEnd(6)} password ${password}`);
  showLine("\nAll of it stays up until Ctrl-C. The component's log is .demo/authenticator.log");
  await untilSignal();
  showLine("\nstopping all of it");
}
