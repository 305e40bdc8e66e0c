// The demo's last step: a backend logs a user in by procedure, and logs it out while its connection is open.

import { joinAs } from "../../test/support/wamp-client.js";
import type { DemoSite } from "./demo-store.js";
import { showFact, showResult, showStep } from "./show.js";

/** How soon a live connection has to be closed after the answer to `logout_user`, in milliseconds. */
const CLOSED_WITHIN_MS = 1000;

/** @returns how many results came out wrong */
export async function showSessions(site: DemoSite): Promise<number> {
  const { url, backendUrl, realm, prefix, backendSecret } = site;
  showStep(5, "A backend logs jane in by procedure, and out again while she is connected");
  const backend = await joinAs({ url: backendUrl, realm, authid: "backend", wampcra: backendSecret });
  if (backend.kind === "abort") throw new Error(`the backend can't join: ${backend.reason}`);
  const call = async (name: string, kwargs: Record<string, unknown>): Promise<Record<string, unknown>> =>
    (await backend.session.call(prefix + name, [], kwargs)) as Record<string, unknown>;
  let failures = 0;
  const show = (isGood: boolean, text: string): void => {
    showResult(isGood, text);
    if (!isGood) failures += 1;
  };

  const device = { peer: "192.0.2.7", user_agent: "Firefox on Linux" };
  const login = await call("login", { authid: "jane", authrole: "user", device });
  show(typeof login.value === "string", `${prefix}login`);
  showFact("Set-Cookie", String(login.set_cookie).replace(String(login.value), "\u2026"));

  const headers = { Cookie: `cbtid=${login.value}` };
  const jane = await joinAs({ url: `${url}/ws`, realm, headers });
  show(jane.kind === "welcome", `her browser joins with that cookie: ${jane.kind.toUpperCase()}`);
  const { sessions } = await call("list", { authid: "jane" });
  showFact(`${prefix}list`, "");
  showFact("", JSON.stringify(sessions));

  const begin = performance.now();
  await call("logout_user", { authid: "jane" });
  const answeredMs = performance.now();
  show(true, `${prefix}logout_user answered after ${Math.round(answeredMs - begin)} ms`);
  if (jane.kind === "welcome") {
    const { reason } = await jane.ended;
    const closedMs = performance.now() - answeredMs;
    show(closedMs < CLOSED_WITHIN_MS, `her connection was closed ${Math.round(closedMs)} ms later`);
    showFact("GOODBYE", reason);
  }
  const again = await joinAs({ url: `${url}/ws`, realm, headers });
  show(again.kind === "abort", `her browser can't come back with the cookie: ${again.kind.toUpperCase()}`);
  await backend.close();
  return failures;
}
