// What the schema can't say about a `store` on Valkey or Redis: addresses, topology, plain text on the network, times.

import { isLoopback } from "../is-loopback.js";
import type { ConfigProblem } from "./config-problem.js";
import { DEFAULT_PORTS, explainServerAddress, parseServerAddress } from "./server-address.js";
import type { ValkeyStoreSection } from "./store-section.js";

interface Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigProblem[];
}

/**
 * The problems and warnings of the section, each by its path.
 *
 * @param deadlineSeconds `authenticator.deadline`
 */
export function checkValkeyStore(section: ValkeyStoreSection, deadlineSeconds: number): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  checkTopology(section, findings);
  checkServers(section, findings);
  checkTimes(section, deadlineSeconds, findings);
  return findings;
}

function checkTopology({ topology, servers, sentinel }: ValkeyStoreSection, { problems }: Findings): void {
  if (topology === "single" && servers.length > 1) {
    const message =
      'has several servers, and topology "single" is one: set store.topology to "cluster" or "sentinel"';
    problems.push({ path: "store.servers", message });
  }
  if (topology === "sentinel" && sentinel === undefined) {
    const message = 'is missing, since topology is "sentinel": expected an object with the name of the group';
    problems.push({ path: "store.sentinel", message });
  }
  if (topology !== "sentinel" && sentinel !== undefined) {
    const message = `has no use with topology "${topology}": set store.topology to "sentinel", or drop it`;
    problems.push({ path: "store.sentinel", message });
  }
}

function checkServers(section: ValkeyStoreSection, findings: Findings): void {
  const isSentinel = section.topology === "sentinel";
  const port = isSentinel ? DEFAULT_PORTS.sentinel : DEFAULT_PORTS.server;
  let remote: number | undefined;
  for (const [index, server] of section.servers.entries()) {
    const address = parseServerAddress(server, port);
    if (address === undefined) {
      findings.problems.push({ path: `store.servers[${index}]`, message: explainServerAddress(server) });
    } else if (!isLoopback(address.host)) remote ??= index;
  }
  if (remote === undefined) return;
  const path = `store.servers[${remote}]`;
  // whoever is on the way reads the password and all records, and can answer in the server's place.
  if (section.tls === undefined) {
    const message = "plain TCP to another machine sends the password and all records in clear";
    tellOfPlaintext(section, path, message, "add store.tls", findings);
  }
  // The Sentinels say where the primary is.
  if (isSentinel && section.sentinel !== undefined && section.sentinel.tls === undefined) {
    const message = "plain TCP to a Sentinel on another machine lets anybody on the way name another primary";
    tellOfPlaintext(section, path, message, "add store.sentinel.tls", findings);
  }
}

function tellOfPlaintext(
  { allowPlaintext }: ValkeyStoreSection,
  path: string,
  message: string,
  mend: string,
  { problems, warnings }: Findings,
): void {
  if (allowPlaintext) warnings.push({ path, message });
  else problems.push({ path, message: `${message}: ${mend}, or set store.allowPlaintext` });
}

function checkTimes({ timeout, wait }: ValkeyStoreSection, deadline: number, { problems }: Findings): void {
  // The store's own answer says what is wrong; the authenticator's deadline only that nothing came.
  if (timeout >= deadline) {
    const message = `is ${timeout} s, which isn't below the ${deadline} s of authenticator.deadline: lower it, or raise that`;
    problems.push({ path: "store.timeout", message });
  }
  if (wait !== undefined && wait.timeout >= timeout) {
    const message = `is ${wait.timeout} s, which isn't below the ${timeout} s of store.timeout: lower it, or raise that`;
    problems.push({ path: "store.wait.timeout", message });
  }
}
