// `fetch` with a certificate authority of one's own: Node's takes one from the environment of its process only.

import { request } from "node:https";

/** A `fetch` for requests with texts or forms as their bodies, which follows no redirects. */
export function createHttpsFetch(ca: string): typeof fetch {
  return async (target, init) => {
    const ready = new Request(target, init);
    const { url, method } = ready;
    const headers = Object.fromEntries(ready.headers);
    const body = await ready.text();
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, ca, agent: false }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.once("error", reject);
        incoming.once("end", () => {
          const { rawHeaders, statusCode = 0 } = incoming;
          const answer = new Response(chunks.length === 0 ? null : Buffer.concat(chunks), {
            status: statusCode,
          });
          rawHeaders.forEach((name, at) => {
            if (at % 2 === 0) answer.headers.append(name, rawHeaders[at + 1] ?? "");
          });
          resolve(answer);
        });
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  };
}
