// What a router or autobahn rejects something with, as text for the log.

import { toLogText } from "../log/log-text.js";

export interface WampReason {
  /** Error URI, or the kind of exception if there is none. */
  readonly uri: string;
  readonly text: string;
}

/** Whatever was thrown, said in two short texts. autobahn throws WAMP errors, plain strings and exceptions. */
export function toWampReason(thrown: unknown): WampReason {
  if (typeof thrown === "string") return { uri: "autobahn", text: toLogText(thrown) };
  if (thrown instanceof Error) return { uri: thrown.name, text: toLogText(thrown.message) };
  if (typeof thrown !== "object" || thrown === null || !("error" in thrown))
    return { uri: "unknown", text: "" };
  const args = "args" in thrown && Array.isArray(thrown.args) ? thrown.args : [];
  return { uri: toLogText(thrown.error), text: toLogText(args[0]) };
}
