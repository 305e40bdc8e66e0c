// The sessions of one request: what the adapters give to handlers as `request.sessions`.

import type { RotateChanges } from "../session/rotate.js";
import type { Session, SessionChanges, UserRequirements } from "../session/session.js";
import { addVaryCookie } from "./set-cookie-header.js";
import type { WebLogin } from "./web-login.js";
import type { WebRequest, WebResponse } from "./web-message.js";
import type { WebSessions } from "./web-sessions.js";

/** `WebSessions`, bound to a request and its response. */
export interface RequestSessions {
  /** As `WebSessions.getUser`; the response gets `Vary: Cookie`. */
  getUser(requirements?: UserRequirements): Promise<Session | null>;
  login(login: WebLogin): Promise<Session>;
  rotate(changes?: RotateChanges): Promise<Session | null>;
  update(changes: SessionChanges): Promise<Session | null>;
  logout(): Promise<boolean>;
}

/** Binds them. For servers other than Express and Fastify, too. */
export function bindSessions(web: WebSessions, request: WebRequest, response: WebResponse): RequestSessions {
  return {
    getUser(requirements) {
      addVaryCookie(response);
      return web.getUser(request, requirements);
    },
    login: (login) => web.login(request, response, login),
    rotate: (changes) => web.rotate(request, response, changes),
    update: (changes) => web.update(request, response, changes),
    logout: () => web.logout(request, response),
  };
}
