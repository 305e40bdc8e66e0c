// The web demo without a browser: two clients of fetch and ws log in, see each other, and log each other out.

import { showFact, showLine, showResult, showStep } from "../demo/show.js";
import { BrowserLike } from "./browser-like.js";

/** How soon a live connection has to be closed after the answer, in milliseconds. */
const CLOSED_WITHIN_MS = 1000;
/** A page of another site, and one of the same site that isn't on the list. */
const FOREIGN = "https://evil.example";

const target = JSON.parse(process.env.WEB_FLOW ?? "{}");
const { authid, password, prefix } = target;
const isTls = target.origin.startsWith("https:");
let failures = 0;

function check(isGood: boolean, text: string): void {
  showResult(isGood, text);
  if (!isGood) failures += 1;
}

async function isLoginPage(client: BrowserLike): Promise<boolean> {
  return (await (await client.get("/")).text()).includes('action="/login"');
}

async function joinAsUser(client: BrowserLike) {
  const joined = await client.join();
  if (joined.kind === "abort") throw new Error(`not welcome: ${joined.reason} ${joined.message}`);
  return joined;
}

showStep(2, `${authid} logs in over HTTP`);
const first = new BrowserLike(target);
check(
  (await isLoginPage(first)) && first.cookie === undefined,
  "a visitor gets the login page and no cookie",
);
const wrong = await first.post("/login", { user: authid, password: `${password}x` });
check(wrong.status === 401 && first.cookie === undefined, `a wrong password: ${wrong.status}`);
const planted = "planted-by-an-attacker-00";
first.cookie = planted;
const login = await first.post("/login", { user: authid, password });
check(
  login.status === 303 && first.cookie !== planted,
  `the right one: ${login.status}, and a new cookie value`,
);
showFact("Set-Cookie", `${target.cookieName}=…; ${first.setCookie}`);
const wanted = ["HttpOnly", "SameSite=Lax", "Path=/", ...(isTls ? ["Secure"] : [])];
check(
  wanted.every((word) => first.setCookie?.split("; ").includes(word) === true),
  wanted.join(", "),
);
const page = await first.get("/");
check(page.headers.get("cache-control") === "no-store", "the page is for nobody's cache");

showStep(3, "The same cookie opens WAMP");
const one = await joinAsUser(first);
check(
  one.details.authid === authid && one.details.authrole === "user",
  `WELCOME, authid ${one.details.authid}`,
);
showFact("greet", await one.session.call("com.example.app.greet"));
const foreign = await first.join(FOREIGN);
check(foreign.kind === "abort", `a page of ${FOREIGN} with the cookie: ${foreign.kind.toUpperCase()}`);

showStep(4, "A second browser; the first one sees it and signs it out");
const second = new BrowserLike(target);
await second.post("/login", { user: authid, password });
const two = await joinAsUser(second);
const list = async () =>
  (await one.session.call(`${prefix}my_sessions`)) as { sessions: { current: boolean }[] };
const { sessions } = await list();
check(
  sessions.length === 2 && sessions.filter(({ current }) => current).length === 1,
  "both are in the list",
);
await one.session.call(`${prefix}logout_mine`, [], { others: true });
const answeredMs = performance.now();
const { reason } = await two.ended;
const closedMs = Math.round(performance.now() - answeredMs);
check(closedMs < CLOSED_WITHIN_MS, `the other's connection was closed ${closedMs} ms later`);
showFact("GOODBYE", reason);
check(await isLoginPage(second), "the other gets the login page");
check((await second.join()).kind === "abort", "and its cookie opens no WebSocket");

showStep(5, "Signing out");
const forged = await first.post("/logout", {}, FOREIGN);
check(forged.status === 403 && !(await isLoginPage(first)), `by a page of ${FOREIGN}: ${forged.status}`);
const old = first.cookie;
const logout = await first.post("/logout", {});
check(
  logout.status === 303 && first.cookie === undefined,
  `by its own page: ${logout.status}, cookie cleared`,
);
const ended = await one.ended;
check(ended.reason === `${prefix}ended.revoked`, `its connection is closed: ${ended.reason}`);
first.cookie = old;
check(await isLoginPage(first), "the old value gets the login page");
check((await first.join()).kind === "abort", "and opens no WebSocket");

showLine(failures === 0 ? "\nAll as it should be." : `\n${failures} of the steps came out wrong.`);
process.exitCode = failures === 0 ? 0 : 1;
