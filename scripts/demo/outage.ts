// The demo's step on a store that has a server: it stands still, and clients are told so, not that they are refused.

import { joinFrames } from "../../test/support/crossbar-cookie-client.js";
import type { DemoSite, DemoStore } from "./demo-store.js";
import { showFact, showResult, showStep } from "./show.js";

/** @returns how many results came out wrong; 0 too for a store without a server */
export async function showOutage(
  { url, realm, store }: DemoSite & { readonly store: DemoStore },
  value: string,
): Promise<number> {
  const { server } = store;
  if (server === undefined) return 0;
  showStep(6, "The server stands still (SIGSTOP), and goes on");
  const join = async () => {
    const beganMs = performance.now();
    const answer = await joinFrames({ url: `${url}/ws`, realm, ticket: value });
    await answer.leave();
    return { ...answer, tookMs: Math.round(performance.now() - beganMs) };
  };
  server.freeze();
  const during = await join();
  server.thaw();
  const isFault = during.kind === "abort" && during.frame[2] === "wamp.error.unavailable";
  showResult(isFault, `joe's good cookie: ${during.kind.toUpperCase()} after ${during.tookMs} ms`);
  showFact("client", JSON.stringify(during.frame));
  const after = await join();
  showResult(after.kind === "welcome", `the same cookie, afterwards: ${after.kind.toUpperCase()}`);
  return (isFault ? 0 : 1) + (after.kind === "welcome" ? 0 : 1);
}
