// Fastify 5: a plugin with `request.sessions`, and 403 for requests of other sites.

import type { FastifyInstance, FastifyReply } from "fastify";
import { bindSessions, type RequestSessions } from "./request-sessions.js";
import { foreignPage } from "./web-error.js";
import type { WebResponse } from "./web-message.js";
import type { WebSessions } from "./web-sessions.js";

export type { RequestSessions } from "./request-sessions.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The cookie sessions of this request. */
    sessions: RequestSessions;
  }
}

/**
 * The plugin. Register it before the routes: requests that may change something, by other sites' pages, are refused
 * with `ERR_WEB_ORIGIN` (status 403) before any other work.
 *
 * @example
 * await fastify.register(fastifySessions, { web });
 * fastify.get("/me", (request) => request.sessions.getUser());
 */
export async function fastifySessions(
  fastify: FastifyInstance,
  { web }: { readonly web: WebSessions },
): Promise<void> {
  fastify.decorateRequest("sessions");
  fastify.addHook("onRequest", async (request, reply) => {
    if (web.checkOrigin(request.raw) !== undefined) throw foreignPage();
    request.sessions = bindSessions(web, request.raw, toResponse(reply));
  });
}

// What the package fastify-plugin does: hook and decorator are for the whole application, not for a part of it.
Object.assign(fastifySessions, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "wamp-cookie-authenticator",
});

/** Through the reply, not `reply.raw`: Fastify writes its own headers last, over those that it doesn't know. */
function toResponse(reply: FastifyReply): WebResponse {
  return {
    get headersSent() {
      return reply.sent || reply.raw.headersSent;
    },
    getHeader: (name) => reply.getHeader(name),
    setHeader(name, value) {
      // Fastify adds to the Set-Cookie lines that are there.
      reply.removeHeader(name);
      reply.header(name, value);
    },
  };
}
