// From the router's word for a peer to the key under which its failures are counted: the address, not the port.

import { isIPv4, isIPv6 } from "node:net";

/** The key of all peers without an address: Unix sockets, pipes, and what we can't read. */
export const UNKNOWN_PEER = "unknown";

/**
 * The address in a peer such as `tcp4:192.0.2.7:35578`. Of an IPv6 address the first 64 bits: a network of that size
 * is what one customer gets, who could use a new address for each try. `X-Forwarded-For` is asked before this, and only
 * of trusted proxies: clients write it themselves.
 *
 * @example
 * toPeerKey("tcp4:192.0.2.7:35578") // "192.0.2.7"
 * toPeerKey("tcp6:2001:db8::1:35578") // "2001:db8:0:0"
 */
export function toPeerKey(peer: string | undefined): string {
  const host = toPeerAddress(peer);
  if (host === undefined) return UNKNOWN_PEER;
  return isIPv4(host) ? host : toNetwork(host);
}

/** The IP address in a peer; `undefined`: it has none, or we can't read it. */
export function toPeerAddress(peer: string | undefined): string | undefined {
  if (peer === undefined || peer.length > PEER_MAX_LENGTH) return undefined;
  // Over HTTP long-poll Crossbar says the bare address, as a trusted proxy does.
  const isSocket = peer.startsWith("tcp4:") || peer.startsWith("tcp6:");
  const host = isSocket ? peer.slice("tcp4:".length, peer.lastIndexOf(":")) : peer;
  return isIPv4(host) || isIPv6(host) ? host : undefined;
}

/** `tcp6:`, 45 characters of address, a zone, a port: anything longer is no peer. */
const PEER_MAX_LENGTH = 100;

/** The /64 of an IPv6 address, or the IPv4 address that a socket for both kinds shows in one. */
function toNetwork(host: string): string {
  const [address = ""] = host.toLowerCase().split("%", 1);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.split("::", 2);
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const rest = groupsOf(tail);
    while (groups.length + rest.length < 8) groups.push("0");
    groups.push(...rest);
  }
  return groups.slice(0, 4).join(":");
}

/** The groups without leading zeros; dots at the end stand for two groups. */
function groupsOf(part: string): string[] {
  if (part === "") return [];
  return part
    .split(":")
    .flatMap((group) => (group.includes(".") ? ["0", "0"] : [Number.parseInt(group, 16).toString(16)]));
}
