// The public API of `wamp-cookie-authenticator/http`: one explicit list.

export { CookieAuthenticatorError, type ErrorCode, type ErrorDetails } from "../errors.js";
export type { OriginPolicy } from "../http-headers/origin.js";
export { createLog, type Log } from "../log/logger.js";
export { CookieSessions, type CookieSessionsOptions } from "../session/cookie-sessions.js";
export type { RotateChanges } from "../session/rotate.js";
export type {
  Device,
  IssuedSession,
  LoginRequest,
  Session,
  SessionChanges,
  SessionEvent,
  UserRequirements,
} from "../session/session.js";
export type { CookieAttributes, SessionPolicy } from "../session/session-policy.js";
export {
  type OpenCookieSessions,
  type OpenCookieSessionsOptions,
  openCookieSessions,
} from "./open-cookie-sessions.js";
export {
  type OpenWebSessions,
  type OpenWebSessionsOptions,
  openWebSessions,
} from "./open-web-sessions.js";
export { bindSessions, type RequestSessions } from "./request-sessions.js";
export { WebError } from "./web-error.js";
export type { WebLogin } from "./web-login.js";
export type { WebRequest, WebResponse } from "./web-message.js";
export { WebSessions, type WebSessionsOptions } from "./web-sessions.js";
