// Which addresses are proxies of ours, whose word about a client counts.

import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** Longest text that is looked at as an address, in characters: IPv6 in brackets, with a zone and a port. */
const ADDRESS_MAX_LENGTH = 100;

/**
 * The IP address in a text of a socket or of a header: an IPv4 address that an IPv6 socket shows as `::ffff:…` is given
 * as IPv4, brackets, port and zone are dropped. `undefined`: there is none, such as the word `unknown`.
 *
 * @example
 * parseAddress("[2001:DB8::1]:443") // "2001:db8::1"
 */
export function parseAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > ADDRESS_MAX_LENGTH) return undefined;
  const bare = text.trim();
  const [, bracketed, withPort] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(bare) ?? [];
  const [address = ""] = (bracketed ?? withPort ?? bare).toLowerCase().split("%", 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
  return isIP(mapped) === 0 ? undefined : mapped;
}

/** Whether the text is an entry of a list of proxies: an address, or a network such as `10.0.0.0/8`. */
export function isProxyEntry(text: string): boolean {
  return parseEntry(text) !== undefined;
}

/** The lists that were asked for, made ready: a list is the same object for all of a program's life. */
const compiled = new WeakMap<readonly string[], BlockList>();

/** Whether the address is one of the proxies; `address` as `parseAddress` gives it. */
export function isTrustedProxy(address: string | undefined, proxies: readonly string[]): boolean {
  if (address === undefined || proxies.length === 0) return false;
  let list = compiled.get(proxies);
  if (list === undefined) {
    list = compile(proxies);
    compiled.set(proxies, list);
  }
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** An entry that is none trusts nobody. */
function compile(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const entry = parseEntry(proxy);
    if (entry !== undefined) list.addSubnet(entry.address, entry.prefix, entry.family);
  }
  return list;
}

function parseEntry(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" } | undefined {
  const [, address = "", digits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  const prefix = digits === undefined ? bits : Number(digits);
  // A prefix of 0 is everybody: then any client could say where it comes from.
  if (bits === 0 || prefix < 1 || prefix > bits) return undefined;
  return { address, prefix, family: bits === 32 ? "ipv4" : "ipv6" };
}
