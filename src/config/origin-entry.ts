// One entry of `authenticator.origin.allow`.

const ENTRY =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?<host>\[[0-9a-f:.]+\]|[^\s/:?#@[\]]+)(?::(?<port>\d{1,5}))?$/;
const LABEL = /^(?:\*|[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)$/;

/** Ports that browsers leave out of an origin: an entry that names them would never match. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443", ws: "80", wss: "443" };

/**
 * The entry as browsers write origins (lower case, no default port), or `undefined` if it isn't one.
 *
 * Security requirement R-43: `*` stands for one whole label and never for the last one, so that
 * `https://*.example.com` can't be widened by a look-alike such as `https://evil-example.com`.
 */
export function parseOriginEntry(text: string): string | undefined {
  if (text === "null") return text;
  const { scheme, host, port } = ENTRY.exec(text.toLowerCase())?.groups ?? {};
  if (scheme === undefined || host === undefined) return undefined;
  if (!host.startsWith("[")) {
    const labels = host.split(".");
    if (!labels.every((label) => LABEL.test(label)) || labels.at(-1) === "*") return undefined;
  }
  if (port === undefined) return `${scheme}://${host}`;
  const number = Number(port);
  if (number < 1 || number > 65535) return undefined;
  return String(number) === DEFAULT_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${number}`;
}
