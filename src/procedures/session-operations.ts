// What the procedures need of the session class.

import type { CookieSessions } from "../session/cookie-sessions.js";

export type SessionOperations = Pick<
  CookieSessions,
  | "login"
  | "find"
  | "getUser"
  | "update"
  | "rotate"
  | "touch"
  | "logout"
  | "list"
  | "logoutUser"
  | "deleteAll"
  | "purge"
  | "stats"
  | "clearCookie"
>;
