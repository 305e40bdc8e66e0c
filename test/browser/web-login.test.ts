// The example application in a real Chromium, on a real Crossbar: what a user sees, and what others can't do.

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { startWebParts, type WebParts } from "../../scripts/demo-web/web-parts.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { launchChromium, openContext, type WatchedContext } from "./chromium.js";
import { describeInChromium } from "./describe-in-chromium.js";
import { expireCookie } from "./expire-cookie.js";
import { type ForeignPages, startForeignPages } from "./foreign-pages.js";
import { connected, cookieOf, helloFrom, logIn, loginPage, signedOutPage, tryLogIn } from "./pages.js";

const WELCOME = 2;
const ABORT = 3;
/** How soon a page has to say that it was signed out elsewhere, in milliseconds. */
const SAYS_SO_WITHIN_MS = 2000;
/** A user for each test, so that none sees the sessions or the attempts of another. */
const USERS = ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "mallory"];

describeInChromium("the web login in Chromium", () => {
  let parts: WebParts;
  let browser: Browser;
  let foreign: ForeignPages;
  const open: WatchedContext[] = [];
  /** Every cookie value that a browser has had at the end of a test. */
  const secrets = new Set<string>();

  beforeAll(async () => {
    parts = await startWebParts({ directory: makeTempDirectory(), authids: USERS, logLevel: "trace" });
    browser = await launchChromium();
    foreign = await startForeignPages(`${parts.origin}/logout`);
  }, 120_000);

  afterEach(async () => {
    for (const { context } of open.splice(0)) {
      for (const { value } of await context.cookies()) secrets.add(value);
      await context.close();
    }
  });

  afterAll(async () => {
    await browser?.close();
    await foreign?.close();
    await parts?.stop();
    removeTempDirectories();
  }, 60_000);

  async function newBrowser(options?: Parameters<typeof openContext>[1]): Promise<WatchedContext> {
    const context = await openContext(browser, options);
    open.push(context);
    return context;
  }

  test("logging in: an HttpOnly cookie that no script sees, and WAMP knows who it is", async () => {
    const { context, errors, newPage } = await newBrowser();
    const page = await newPage();
    await page.goto(parts.origin);
    await loginPage(page);
    expect(await cookieOf(context, parts)).toBeUndefined();
    await logIn(page, parts, "ann");

    expect(await cookieOf(context, parts)).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect(await page.evaluate("document.cookie")).toBe("");
    expect(await page.locator("#authid").textContent()).toBe("ann");
    expect(await page.locator("#authrole").textContent()).toBe("user");
    expect(await page.locator("#realm").textContent()).toBe(parts.realm);
    await page.getByText("The backend says hello to ann.").waitFor();
    expect(await page.locator("#list li").allTextContents()).toEqual([
      expect.stringMatching(/Chrome on Linux\s*this device\s*127\.0\.0\.1 · signed in \d/),
    ]);
    expect(await helloFrom(page, parts)).toMatchObject([WELCOME, expect.any(Number), { authid: "ann" }]);

    await page.reload();
    await connected(page);
    expect(await page.locator("#authid").textContent()).toBe("ann");
    expect(errors).toEqual([]);
  });

  test("a wrong password says so, and too many of them have to wait", async () => {
    const { context, newPage } = await newBrowser();
    const page = await newPage();
    await page.goto(parts.origin);
    for (let attempt = 0; attempt < 5; attempt++) {
      await tryLogIn(page, "bob", "not his password");
      await page.getByRole("alert").filter({ hasText: "don't match" }).waitFor();
      expect(await page.getByLabel("User name").inputValue()).toBe("bob");
      await page.goto(parts.origin);
    }
    const answer = page.waitForResponse(`${parts.origin}/login`);
    // Even the right one: who guesses must not learn that it was.
    await tryLogIn(page, "bob", parts.passwords.get("bob") ?? "");
    expect((await answer).status()).toBe(429);
    expect(Number((await answer).headers()["retry-after"])).toBeGreaterThan(0);
    await page.getByRole("alert").filter({ hasText: "Too many attempts" }).waitFor();
    expect(await cookieOf(context, parts)).toBeUndefined();

    // Another user at the same address isn't held up.
    await logIn(page, parts, "cat");
  });

  test("signed out from another browser: the page says so at once, and both need to log in", async () => {
    const [one, two] = [await newBrowser(), await newBrowser()];
    const [here, there] = [await one.newPage(), await two.newPage()];
    await logIn(here, parts, "dan");
    await logIn(there, parts, "dan");
    await here.reload();
    await connected(here);
    expect(await here.locator("#list li").count()).toBe(2);

    await here.getByRole("button", { name: "Sign out everywhere else" }).click();
    await here.getByRole("status").filter({ hasText: "1 session signed out" }).waitFor();
    const begin = performance.now();
    await signedOutPage(there);
    expect(performance.now() - begin).toBeLessThan(SAYS_SO_WITHIN_MS);
    expect(await there.locator("#identity, #sessions").count()).toBe(0);
    expect((await helloFrom(there, parts))[0]).toBe(ABORT);
    await there.getByRole("link", { name: "Sign in" }).click();
    await loginPage(there);

    // The first one goes on, until it signs itself out; a second tab of it notices.
    const tab = await one.newPage();
    await tab.goto(parts.origin);
    await connected(tab);
    await here.getByRole("button", { name: "Sign out", exact: true }).click();
    await loginPage(here);
    await signedOutPage(tab);
    expect(await cookieOf(one.context, parts)).toBeUndefined();
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  test("one session is ended from the list", async () => {
    const [one, two] = [
      await newBrowser(),
      await newBrowser({ userAgent: "Mozilla/5.0 (iPhone) Safari/605" }),
    ];
    const [here, there] = [await one.newPage(), await two.newPage()];
    await logIn(there, parts, "eve");
    await logIn(here, parts, "eve");
    await here.getByRole("button", { name: /^Sign out Safari on iPhone, signed in/ }).click();
    await signedOutPage(there);
    await here.getByText("Safari on iPhone").waitFor({ state: "detached" });
    expect(await here.locator("#list li").count()).toBe(1);
    expect(await here.evaluate("document.activeElement.id")).toBe("sessions-title");
  });

  test("an expired cookie opens neither door", async () => {
    const { context, newPage } = await newBrowser();
    const page = await newPage();
    await logIn(page, parts, "fay");
    await expireCookie(parts.cookies, (await cookieOf(context, parts))?.value ?? "");
    await signedOutPage(page);
    await page.getByText("Your session has expired.").waitFor();

    expect(await cookieOf(context, parts)).toBeDefined();
    expect((await helloFrom(page, parts))[0]).toBe(ABORT);
    await page.reload();
    await loginPage(page);
  });

  test("a page of another origin gets no authenticated WebSocket", async () => {
    const { newPage } = await newBrowser();
    const page = await newPage();
    await logIn(page, parts, "gus");
    for (const origin of [foreign.sameSite, foreign.crossSite]) {
      const attack = await newPage();
      await attack.goto(origin);
      expect((await helloFrom(attack, parts))[0]).toBe(ABORT);
    }
    // Not for want of a cookie: browsers send it to other ports of its host.
    const refused = () => parts.log().match(/"reason":"origin-not-allowed"/g)?.length === 2;
    await waitFor("the reasons in the log", refused);
    // The same message from its own page is welcome.
    expect((await helloFrom(page, parts))[0]).toBe(WELCOME);
  });

  test("a page of another origin can't sign the user out", async () => {
    const { newPage } = await newBrowser();
    const page = await newPage();
    await logIn(page, parts, "hal");
    for (const origin of [foreign.sameSite, foreign.crossSite]) {
      const attack = await newPage();
      await attack.goto(`${origin}/forge`);
      const answer = attack.waitForResponse(`${parts.origin}/logout`);
      await attack.getByRole("button").click();
      expect((await answer).status()).toBe(403);
    }
    await page.reload();
    await connected(page);
    expect(await page.locator("#authid").textContent()).toBe("hal");
  });

  test("fixation: a planted value is not the one after the login, and opens nothing", async () => {
    const attacker = await newBrowser();
    await logIn(await attacker.newPage(), parts, "mallory");
    const planted = (await cookieOf(attacker.context, parts))?.value ?? "";
    expect(planted).not.toBe("");

    const victim = await newBrowser();
    const page = await victim.newPage();
    await page.goto(parts.origin);
    await victim.context.addCookies([{ name: parts.cookieName, value: planted, url: parts.origin }]);
    await tryLogIn(page, "ida", parts.passwords.get("ida") ?? "");
    await connected(page);
    expect(await page.locator("#authid").textContent()).toBe("ida");
    expect((await cookieOf(victim.context, parts))?.value).not.toBe(planted);

    const later = await attacker.newPage();
    await later.goto(parts.origin);
    await loginPage(later);
    expect((await helloFrom(later, parts))[0]).toBe(ABORT);
  });

  test.each([320, 1280])("nothing is wider than a window of %i px", async (width) => {
    const { newPage } = await newBrowser({ viewport: { width, height: 800 } });
    const page = await newPage();
    await page.goto(parts.origin);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
    await logIn(page, parts, "jon");
    expect(await page.evaluate(overflow)).toBe(0);
  });

  test("no log has a cookie's value", () => {
    expect(secrets.size).toBeGreaterThan(5);
    const written = parts.log() + parts.output();
    expect([...secrets].filter((value) => written.includes(value))).toEqual([]);
    expect(written).toContain('"event":"accepted"');
  });
});
