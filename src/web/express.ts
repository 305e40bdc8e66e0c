// Express 4 and 5, and whatever takes such middleware: `request.sessions`, and 403 for requests of other sites.

import { bindSessions, type RequestSessions } from "./request-sessions.js";
import { foreignPage } from "./web-error.js";
import type { WebRequest, WebResponse } from "./web-message.js";
import type { WebSessions } from "./web-sessions.js";

export type { RequestSessions } from "./request-sessions.js";

declare global {
  namespace Express {
    interface Request {
      /** The cookie sessions of this request. */
      sessions: RequestSessions;
    }
  }
}

/** Middleware as Express and Connect take it. */
export type SessionsMiddleware = (
  request: WebRequest & { sessions: RequestSessions },
  response: WebResponse & { statusCode: number; end(text: string): unknown },
  next: () => void,
) => void;

/**
 * Middleware, to be used before all routes that change something: requests that may change something, by other sites'
 * pages, get status 403 and go no further.
 *
 * @example
 * app.use(expressSessions(web));
 * app.get("/me", async (request, response) => response.json(await request.sessions.getUser()));
 */
export function expressSessions(web: WebSessions): SessionsMiddleware {
  return (request, response, next) => {
    if (web.checkOrigin(request) !== undefined) {
      const { statusCode, message } = foreignPage();
      response.statusCode = statusCode;
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end(message);
      return;
    }
    request.sessions = bindSessions(web, request, response);
    next();
  };
}
