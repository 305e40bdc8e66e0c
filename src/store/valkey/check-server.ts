// What a server must be, and should be, for cookies to be kept there.

import type { ServerFacts } from "./valkey-client.js";

/** What is no error, but loses sessions some day: in words for the log. */
export function findServerWarnings({ evictionPolicy, isPersistent, address }: ServerFacts): string[] {
  const warnings: string[] = [];
  if (evictionPolicy !== "" && evictionPolicy !== "noeviction") {
    warnings.push(
      `${address} has maxmemory-policy ${evictionPolicy}: when its memory is full it removes live sessions; set noeviction`,
    );
  }
  if (isPersistent === false) {
    warnings.push(
      `${address} writes nothing to disk: a restart loses all sessions; set appendonly yes, or save`,
    );
  }
  return warnings;
}
