// The parts of examples/web-login that need neither a router nor a browser.

import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { AttemptLimit } from "../../examples/web-login/attempt-limit.js";
import { renderPage, STATIC_FILES } from "../../examples/web-login/pages.js";
import { readForm } from "../../examples/web-login/read-form.js";
import { hashPassword, Users } from "../../examples/web-login/users.js";

const publicFolder = new URL("../../examples/web-login/public/", import.meta.url);

describe("passwords", () => {
  test("the right one and no other", async () => {
    const users = new Users([{ authid: "joe", authrole: "user", password: await hashPassword("s3cret") }]);
    expect(await users.check("joe", "s3cret")).toMatchObject({ authid: "joe" });
    expect(await users.check("joe", "S3cret")).toBeUndefined();
    expect(await users.check("joe", "")).toBeUndefined();
    expect(await users.check("nobody", "s3cret")).toBeUndefined();
    expect(await users.check("__proto__", "s3cret")).toBeUndefined();
  });

  test("a salt for each, and a cost of at least 2^15", async () => {
    const [one, two] = [await hashPassword("same"), await hashPassword("same")];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  });

  test("an umlaut is the same in either composition", async () => {
    const users = new Users([
      { authid: "joe", authrole: "user", password: await hashPassword("M\u00fcller") },
    ]);
    expect(await users.check("joe", "Mu\u0308ller")).toBeDefined();
  });

  test("a hash that isn't one is a fault, not a wrong password", async () => {
    const users = new Users([{ authid: "joe", authrole: "user", password: "s3cret" }]);
    await expect(users.check("joe", "s3cret")).rejects.toThrow("isn't one of hashPassword's");
  });
});

describe("attempts", () => {
  const limit = () => new AttemptLimit({ free: 2, pauseMs: 1000, longestMs: 3000 });

  test("some are free, then each pause is twice the last, up to the longest", () => {
    const attempts = limit();
    const waits = [];
    for (let count = 0; count < 6; count++) {
      waits.push(attempts.findWaitMs("joe", 0));
      attempts.count("joe", 0);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 3000, 3000]);
    expect(attempts.findWaitMs("jane", 0)).toBe(0);
  });

  test("a pause ends, a success forgets, and so does time", () => {
    const attempts = limit();
    for (let count = 0; count < 3; count++) attempts.count("joe", 0);
    expect(attempts.findWaitMs("joe", 1999)).toBe(1);
    expect(attempts.findWaitMs("joe", 2000)).toBe(0);
    attempts.forget("joe");
    expect(attempts.findWaitMs("joe", 0)).toBe(0);
    for (let count = 0; count < 3; count++) attempts.count("joe", 0);
    attempts.count("joe", 3000);
    expect(attempts.findWaitMs("joe", 3000)).toBe(0);
  });

  test("many keys take no more memory than some", () => {
    const attempts = limit();
    for (let count = 0; count < 3; count++) attempts.count("first", 0);
    for (let key = 0; key < 10_000; key++) attempts.count(`key ${key}`, 0);
    expect(attempts.findWaitMs("first", 0)).toBe(0);
  });
});

describe("forms", () => {
  const FORM = "application/x-www-form-urlencoded";
  const request = (type: string, body: string): IncomingMessage =>
    Object.assign(Readable.from([Buffer.from(body)]), {
      headers: { "content-type": type },
    }) as unknown as IncomingMessage;

  test("are read, others aren't", async () => {
    const form = await readForm(request(`${FORM}; charset=UTF-8`, "user=joe&password=a%26b+c"));
    expect(Object.fromEntries(form ?? [])).toEqual({ user: "joe", password: "a&b c" });
    expect(await readForm(request("text/plain", "user=joe"))).toBeUndefined();
    expect(await readForm(request("application/json", "{}"))).toBeUndefined();
  });

  test("longer ones aren't", async () => {
    expect(await readForm(request(FORM, `user=${"a".repeat(4091)}`))).toBeDefined();
    expect(await readForm(request(FORM, `user=${"a".repeat(4092)}`))).toBeUndefined();
  });
});

describe("pages", () => {
  test("texts are escaped, and all gaps filled", () => {
    const html = renderPage("login", {
      title: "Sign in",
      user: `"><script>x('&')</script>`,
      notice: "{{user}}",
    });
    expect(html).toContain('value="&#34;&#62;&#60;script&#62;x(&#39;&#38;&#39;)&#60;/script&#62;"');
    expect(html).toContain(">{{user}}</p>");
    expect(renderPage("app", {})).not.toContain("{{");
  });

  test("every file that they ask for is served, and no script or style is inline", () => {
    for (const html of [renderPage("login", {}), renderPage("app", {})]) {
      const asked = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
      expect(asked.length).toBeGreaterThan(1);
      for (const path of asked) expect(STATIC_FILES.has(path ?? "")).toBe(true);
      expect(html).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
    }
  });

  /** WCAG 2.2, 1.4.3 and 1.4.11: text 4.5 to 1, edges of fields and focus rings 3 to 1. */
  test.each([
    ["text", "page", 4.5],
    ["text", "card", 4.5],
    ["quiet", "card", 4.5],
    ["quiet", "page", 4.5],
    ["on-accent", "accent", 4.5],
    ["good", "page", 4.5],
    ["good", "good-page", 4.5],
    ["bad", "page", 4.5],
    ["bad", "bad-page", 4.5],
    ["accent", "card", 3],
    ["field", "card", 3],
    ["field", "page", 3],
  ])("contrast of %s on %s, light and dark", (front, back, least) => {
    const css = readFileSync(new URL("style.css", publicFolder), "utf8");
    const [light, dark] = css.split("prefers-color-scheme: dark");
    for (const part of [light, dark]) {
      const color = (name: string) => new RegExp(`--${name}: #([0-9a-f]{6});`).exec(part ?? "")?.[1] ?? "";
      const [high = 0, low = 0] = [luminance(color(front)), luminance(color(back))].toSorted((a, b) => b - a);
      expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(least);
    }
  });
});

function luminance(hex: string): number {
  const linear = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [r = 0, g = 0, b = 0] = linear;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("devices in words", () => {
  const describeDevice = async (userAgent: string | null): Promise<string> => {
    // Browser code without types: it is served as it is.
    const file = fileURLToPath(new URL("device-name.js", publicFolder));
    return (await import(file)).describeDevice(userAgent);
  };
  const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

  test.each([
    ["Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    [
      "Chrome on Windows",
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`,
    ],
    ["Edge on Windows", `Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0`],
    ["Opera on macOS", `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) ${WEBKIT} Chrome/1 Safari/5 OPR/9.1`],
    [
      "Samsung Internet on Android",
      `Mozilla/5.0 (Linux; Android 14) ${WEBKIT} SamsungBrowser/28 Chrome/1 Safari/5`,
    ],
    [
      "Safari on macOS",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605",
    ],
    ["Safari on iPhone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1"],
    ["Firefox on iPad", "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 FxiOS/140 Safari/605"],
    ["Chrome on Linux", `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/140.0.0.0 Safari/537.36`],
    ["curl", "curl/8.5.0"],
    ["Node.js", "node"],
    ["A browser on Android", "SomethingNew/1.0 (Android 15)"],
    ["Unknown device", "<img src=x onerror=alert(1)>"],
    ["Unknown device", ""],
    ["Unknown device", null],
  ])("%s", async (words, userAgent) => {
    expect(await describeDevice(userAgent)).toBe(words);
  });
});
