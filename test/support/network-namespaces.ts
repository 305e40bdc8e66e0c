// Hosts as Linux network namespaces on a bridge: real addresses and links that a test can cut. Needs root and iproute2.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** One host. */
export interface Host {
  /** Of its namespace; empty for the test's own. */
  readonly name: string;
  /** Its network interface. */
  readonly device: string;
  readonly address: string;
  /** Begins a command that runs on this host. */
  readonly within: readonly string[];
}

export interface Network {
  /** The test's own process: on the bridge, too. */
  readonly self: Host;
  readonly hosts: readonly Host[];
  /** Each of these hosts and each of those no longer reach one another, and nobody is told; all else stays. */
  separate(these: readonly Host[], those: readonly Host[]): void;
  /** Undoes every `separate`. */
  heal(): void;
  /** The processes in it must have ended. Calling it again does nothing. */
  remove(): void;
}

/** A hardware address that nobody has: what is sent there is lost, as on a broken way. */
const NOBODY = "02:00:00:00:00:01";
const IP = "ip";

let missing: { readonly why: string | undefined } | undefined;

/** Why hosts can't be made here, for `describeUnless`. */
export function namespacesMissing(): string | undefined {
  missing ??= { why: findMissing() };
  return missing.why;
}

function findMissing(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  if (spawnSync(IP, ["-V"]).error !== undefined) return "there is no `ip` (Debian: apt-get install iproute2)";
  try {
    makeNetwork(1).remove();
    return undefined;
  } catch (error) {
    return `this system makes no network namespaces: ${(error as Error).message}`;
  }
}

/**
 * A bridge with `count` hosts.
 * @throws Error with what `ip` said
 */
export function makeNetwork(count: number): Network {
  removeForgotten();
  // One network at a time in a process: names of links have at most 15 characters.
  const tag = `wca${process.pid}`;
  const subnet = freeSubnet();
  const self: Host = { name: "", device: tag, address: `${subnet}.1`, within: [] };
  const names = Array.from({ length: count }, (_, at) => `${tag}h${at}`);
  const remove = (): void => {
    for (const name of names) if (existsSync(`/run/netns/${name}`)) ip("netns", "del", name);
    // Links by themselves, too: the kernel keeps a namespace as long as a connection in it has something unsent.
    for (const link of [...names.map((_, at) => `${tag}v${at}`), tag]) {
      removeLink(link);
    }
    process.removeListener("exit", remove);
  };
  process.once("exit", remove);
  try {
    ip("link", "add", tag, "type", "bridge");
    ip("addr", "add", `${self.address}/24`, "dev", tag);
    ip("link", "set", tag, "up");
    const hosts = names.map((name, at) => makeHost(name, at, tag, `${subnet}.${at + 11}`));
    return networkOf(self, hosts, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

function networkOf(self: Host, hosts: readonly Host[], remove: () => void): Network {
  const separated = new Set<readonly [Host, Host]>();
  return {
    self,
    hosts,
    separate(these, those) {
      for (const a of these) {
        for (const b of those) {
          lose(a, b);
          lose(b, a);
          separated.add([a, b]);
        }
      }
    },
    heal() {
      for (const [a, b] of separated) {
        find(a, b);
        find(b, a);
      }
      separated.clear();
    },
    remove,
  };
}

function makeHost(name: string, at: number, bridge: string, address: string): Host {
  const outside = `${bridge}v${at}`;
  ip("netns", "add", name);
  ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name);
  ip("link", "set", outside, "master", bridge, "up");
  ip("-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
  ip("-n", name, "link", "set", "lo", "up");
  ip("-n", name, "link", "set", "eth0", "up");
  return { name, device: "eth0", address, within: [IP, "netns", "exec", name] };
}

function lose(from: Host, to: Host): void {
  const way = [to.address, "lladdr", NOBODY, "nud", "permanent", "dev", from.device];
  ip(...namespaceOf(from), "neigh", "replace", ...way);
}

function find(from: Host, to: Host): void {
  ip(...namespaceOf(from), "neigh", "del", to.address, "dev", from.device);
}

function namespaceOf({ name }: Host): string[] {
  return name === "" ? [] : ["-n", name];
}

/** 198.18.0.0/15 is for tests of networks (RFC 2544) and nobody's address. */
function freeSubnet(): string {
  const used = ip("-o", "-4", "addr");
  for (let n = process.pid; ; n += 1) {
    const subnet = `198.${18 + (Math.floor(n / 256) % 2)}.${n % 256}`;
    if (!used.includes(` ${subnet}.`)) return subnet;
  }
}

/** What a killed test left: names have the process's id. */
function removeForgotten(): void {
  for (const [, name = "", pid = ""] of ip("netns", "list").matchAll(/^(wca(\d+)h\d+)/gm)) {
    if (!existsSync(`/proc/${pid}`)) ip("netns", "del", name);
  }
  for (const [, name = "", pid = ""] of ip("-o", "link").matchAll(/^\d+: (wca(\d+)(?:v\d+)?)[:@]/gm)) {
    if (!existsSync(`/proc/${pid}`)) removeLink(name);
  }
}

/** A link goes with its namespace, some time after that was removed: it may be gone at any moment. */
function removeLink(name: string): void {
  const isThere = (): boolean => existsSync(`/sys/class/net/${name}`);
  if (!isThere()) return;
  try {
    ip("link", "del", name);
  } catch (error) {
    if (isThere()) throw error;
  }
}

function ip(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(IP, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
