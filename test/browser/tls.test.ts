// TLS on both doors with an authority of our own: plain clients of fetch and ws, and Chromium.

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BrowserLike } from "../../scripts/demo-web/browser-like.js";
import { runFlow } from "../../scripts/demo-web/run-flow.js";
import { startWebParts, type WebParts } from "../../scripts/demo-web/web-parts.js";
import { type Certificates, makeCertificates } from "../support/crossbar-certificates.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { launchChromium, openContext } from "./chromium.js";
import { describeInChromium } from "./describe-in-chromium.js";
import { connected, cookieOf, logIn, loginPage } from "./pages.js";

let certificates: Certificates;
let parts: WebParts;

beforeAll(async () => {
  const directory = makeTempDirectory();
  certificates = makeCertificates(directory);
  const { keyFile, certFile } = certificates.server;
  parts = await startWebParts({ directory, authids: ["joe", "jane"], tls: { keyFile, certFile } });
}, 120_000);

afterAll(async () => {
  await parts?.stop();
  removeTempDirectories();
}, 60_000);

describe("the whole flow with fetch and ws", () => {
  test("with the authority", async () => {
    let text = "";
    const onText = (chunk: string): void => {
      text += chunk;
    };
    const status = await runFlow(parts, { caFile: certificates.ca.certFile, onText });
    expect({ status, text }).toMatchObject({
      status: 0,
      text: expect.stringContaining("All as it should be."),
    });
    expect(text).toContain("__Host-session=…;");
    expect(text).toMatch(/ok +HttpOnly, SameSite=Lax, Path=\/, Secure/);
  }, 60_000);

  test("without it there is no connection", async () => {
    const client = new BrowserLike(parts);
    await expect(client.get("/")).rejects.toThrow("fetch failed");
    expect(await client.join()).toMatchObject({ kind: "abort" });
  });
});

describeInChromium("in Chromium", () => {
  test("a __Host- cookie over https opens wss", async () => {
    const browser = await launchChromium();
    try {
      const { context, errors, newPage } = await openContext(browser, { ignoreHTTPSErrors: true });
      const page = await newPage();
      await logIn(page, parts, "jane");
      expect(await cookieOf(context, parts)).toMatchObject({
        name: "__Host-session",
        secure: true,
        httpOnly: true,
        path: "/",
        domain: "localhost",
      });
      await page.reload();
      await connected(page);
      expect(await page.locator("#authid").textContent()).toBe("jane");
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await loginPage(page);
      expect(await cookieOf(context, parts)).toBeUndefined();
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
