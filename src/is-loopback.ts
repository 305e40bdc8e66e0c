// Which host names stay on this machine, so that nobody on the way can listen.

/** Whether a host, as `URL.hostname` writes it (IPv6 in brackets), is the loopback interface. */
export function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  return /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === "[::1]" || hostname === "::1";
}
