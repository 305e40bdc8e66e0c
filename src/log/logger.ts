// pino, set up for this component: structured, to standard error, JSON lines or a readable form.

import { type DestinationStream, type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { createChildRegister } from "./log-level.js";

/** The logger that all parts take; pino's own interface. */
export type Log = Logger;

/**
 * A logger on standard error, or on `destination`. Nothing that is handed to it may hold a cookie value, a ticket
 * or a secret: cookies are logged as fingerprints, client text through `toLogText`. The redaction is a second net.
 */
export function createLog(
  options: { readonly level?: string; readonly format?: "json" | "pretty" } = {},
  destination?: DestinationStream,
): Log {
  const stream = destination ?? pino.destination({ dest: 2, sync: false });
  const target = options.format === "pretty" ? prettify(stream) : stream;
  const children = createChildRegister();
  const log = pino(
    {
      level: options.level ?? "info",
      onChild: children.add,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          "ticket",
          "secret",
          "value",
          "cookieValue",
          "privateKey",
          "*.ticket",
          "*.secret",
          "*.privateKey",
        ],
        censor: "[secret]",
      },
    },
    target,
  );
  children.useFor(log);
  return log;
}

/** A logger that writes nothing. */
export function createSilentLog(): Log {
  return pino({ level: "silent" });
}

/** Line by line and at once: pino-pretty as a stream would take Node.js streams only, and lose lines at exit. */
function prettify(stream: DestinationStream): DestinationStream {
  const toText = prettyFactory({ ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" });
  return { write: (line) => stream.write(toText(line)) };
}
