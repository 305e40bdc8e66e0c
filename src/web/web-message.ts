// What the web door needs of a request and a response: a part of node:http's, which all servers have somewhere.

/** A request of node:http, its HTTP/2 compatibility API, Express, or Fastify's `request.raw`. */
export interface WebRequest {
  readonly method?: string | undefined;
  /** By lower-case name, as node:http has them. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** `encrypted` is there on TLS sockets. */
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
}

/** A response of node:http, its HTTP/2 compatibility API, or Express; Fastify's reply has other names for it. */
export interface WebResponse {
  readonly headersSent: boolean;
  getHeader(name: string): number | string | readonly string[] | undefined;
  /** Replaces what is there under the name. */
  setHeader(name: string, value: string | readonly string[]): unknown;
}

/** A request's header as one text, if it is there. */
export function headerOf(request: WebRequest, name: string): string | undefined {
  const header = request.headers[name];
  return header === undefined || typeof header === "string" ? header : header.join(", ");
}

/** The lines of a response's header; none if it isn't there. */
export function linesOf(response: WebResponse, name: string): string[] {
  const header = response.getHeader(name);
  if (header === undefined) return [];
  return typeof header === "object" ? [...header] : [String(header)];
}
