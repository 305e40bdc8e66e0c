// What the tests do on the example's pages, by the words that a user sees.

import type { BrowserContext, Page } from "playwright-core";
import type { WebParts } from "../../scripts/demo-web/web-parts.js";

/** Fills in the login form and sends it, whatever comes of it. */
export async function tryLogIn(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Logs in and waits for the WAMP session. */
export async function logIn(page: Page, parts: WebParts, authid: string): Promise<void> {
  await page.goto(parts.origin);
  await tryLogIn(page, authid, parts.passwords.get(authid) ?? "");
  await connected(page);
}

export async function connected(page: Page): Promise<void> {
  await page
    .getByRole("status")
    .filter({ hasText: /^Connected$|signed out$/ })
    .waitFor();
  await page.locator("#list li").first().waitFor();
}

export async function loginPage(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

/** The page that says so, and offers the login. */
export async function signedOutPage(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "You have been signed out" }).waitFor();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
}

export async function cookieOf(context: BrowserContext, parts: WebParts) {
  const cookies = await context.cookies(parts.origin);
  return cookies.find(({ name }) => name === parts.cookieName);
}

/** The type and first details of the router's answer to a HELLO that this page sends. */
export function helloFrom(page: Page, parts: WebParts): Promise<readonly [number, ...unknown[]]> {
  return page.evaluate(
    ({ wampUrl, realm }) =>
      new Promise((resolve, reject) => {
        // The test's own types know no browser; this runs in one.
        const { WebSocket } = globalThis as unknown as { WebSocket: new (...args: unknown[]) => never };
        const socket = new WebSocket(wampUrl, ["wamp.2.json"]) as unknown as {
          send(text: string): void;
          close(): void;
          onopen: () => void;
          onerror: () => void;
          onmessage: (event: { data: string }) => void;
        };
        const hello = [1, realm, { roles: { caller: {} }, authmethods: ["anonymous"] }];
        socket.onopen = () => socket.send(JSON.stringify(hello));
        socket.onerror = () => reject(new Error("no WebSocket"));
        socket.onmessage = ({ data }) => {
          socket.close();
          resolve(JSON.parse(data));
        };
      }),
    { wampUrl: parts.wampUrl, realm: parts.realm },
  );
}
