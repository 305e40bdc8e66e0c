// A request seen through trusted proxies: who sent it, over what, to which host, from which page.

import type { PageHeaders } from "../http-headers/fetch-site.js";
import { type Client, findClient } from "../http-headers/forwarded.js";
import { parseAddress } from "../http-headers/trusted-proxies.js";
import { isLoopback } from "../is-loopback.js";
import { headerOf, type WebRequest } from "./web-message.js";

/** The client behind a request. */
export function clientOf(request: WebRequest, trustedProxies: readonly string[]): Client {
  const { remoteAddress, encrypted } = request.socket;
  const headers = {
    // HTTP/2 has the host in a pseudo-header.
    host: headerOf(request, "host") ?? headerOf(request, ":authority"),
    forwardedFor: headerOf(request, "x-forwarded-for"),
    forwardedProto: headerOf(request, "x-forwarded-proto"),
    forwardedHost: headerOf(request, "x-forwarded-host"),
  };
  const connection = { address: parseAddress(remoteAddress), isSecure: encrypted === true };
  return findClient(headers, connection, trustedProxies);
}

/** What the request says about the page that sent it. */
export function pageOf(request: WebRequest, { host }: Client): PageHeaders {
  return { fetchSite: headerOf(request, "sec-fetch-site"), origin: headerOf(request, "origin"), host };
}

/** Headers that proxies add; also those that we don't read. */
const PROXY_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-real-ip",
];

/**
 * Whether the request came from a browser on this machine, and nobody in between. A reverse proxy on this machine
 * connects over loopback too: its headers give it away, or the host that its client asked for.
 */
export function isLocal(request: WebRequest, { address, host, isProxied }: Client): boolean {
  if (isProxied || address === undefined || host === undefined) return false;
  if (PROXY_HEADERS.some((name) => request.headers[name] !== undefined)) return false;
  return isLoopbackAddress(address) && isLoopbackHost(host);
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

function isLoopbackHost(host: string): boolean {
  const url = `http://${host}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
