// A client that does what a browser does with cookies and origins, made of fetch and ws.

import { createHttpsFetch } from "../../test/support/https-fetch.js";
import { type JoinOutcome, joinAs } from "../../test/support/wamp-client.js";

export interface BrowserLikeOptions {
  readonly origin: string;
  readonly wampUrl: string;
  readonly realm: string;
  readonly cookieName: string;
  /** A certificate authority of one's own, PEM; else the process's. */
  readonly ca?: string;
}

export class BrowserLike {
  readonly #options: BrowserLikeOptions;
  readonly #send: typeof fetch;
  /** The cookie's value; `undefined`: it has none. */
  cookie: string | undefined;
  /** The last Set-Cookie header, without the value. */
  setCookie: string | undefined;

  constructor(options: BrowserLikeOptions) {
    this.#options = options;
    this.#send = options.ca === undefined ? fetch : createHttpsFetch(options.ca);
  }

  get(path: string): Promise<Response> {
    return this.#fetch(path, {});
  }

  /** A form that a page of `from` sends; of our own page by default. */
  post(path: string, fields: Readonly<Record<string, string>>, from?: string): Promise<Response> {
    const { origin } = this.#options;
    const headers = {
      Origin: from ?? origin,
      "Sec-Fetch-Site": from === undefined || from === origin ? "same-origin" : "cross-site",
    };
    return this.#fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });
  }

  /** A WAMP session by cookie alone, opened by a page of `from`. `further`: headers besides. */
  join(from?: string, further: Readonly<Record<string, string>> = {}): Promise<JoinOutcome> {
    const { wampUrl, realm, origin, ca } = this.#options;
    const headers = { Origin: from ?? origin, ...this.#cookieHeader(), ...further };
    return joinAs({ url: wampUrl, realm, headers, ...(ca === undefined ? {} : { tls: { ca } }) });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const { origin, cookieName } = this.#options;
    const headers = { ...(init.headers as Record<string, string>), ...this.#cookieHeader() };
    const response = await this.#send(origin + path, { ...init, headers, redirect: "manual" });
    const line = response.headers.getSetCookie().find((text) => text.startsWith(`${cookieName}=`));
    if (line !== undefined) {
      const [pair = "", ...attributes] = line.split(";");
      const value = pair.slice(cookieName.length + 1);
      this.cookie = value === "" ? undefined : value;
      this.setCookie = attributes.map((text) => text.trim()).join("; ");
    }
    return response;
  }

  #cookieHeader(): Record<string, string> {
    return this.cookie === undefined ? {} : { Cookie: `${this.#options.cookieName}=${this.cookie}` };
  }
}
