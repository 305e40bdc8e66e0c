// What the kernel says of a process: the CPU time it has used, and its memory. Linux alone.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The unit of CPU times in /proc, on every architecture of Linux. */
const TICK_US = 10_000;

/** CPU time of all threads of a process so far, in µs; in steps of 10,000. */
export function readCpuUs(pid: number): number {
  const [utime, stime] = readStat(pid).slice(11, 13).map(Number);
  return ((utime ?? Number.NaN) + (stime ?? Number.NaN)) * TICK_US;
}

/** The same of several processes together. */
export function sumCpuUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readCpuUs(pid), 0);
}

/** Memory of a process that isn't a mapped file, in bytes. */
export function readMemoryBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** The process that listens on a TCP port of this machine. @throws Error if there is none that we may look at */
export function findListener(port: number): number {
  const inode = findListeningInode(port);
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    if (openFilesOf(pid).includes(`socket:[${inode}]`)) return Number(pid);
  }
  throw new Error(`no process found that listens on port ${port}`);
}

function findListeningInode(port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // Number, local address:port, remote one, state (0A is LISTEN), …, and tenth the inode.
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => readFileSync(file, "utf8").split("\n"));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.find(([, local, , state]) => local?.endsWith(`:${hex}`) === true && state === "0A")?.[9];
}

function openFilesOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // it has ended meanwhile, or is another user's
  }
}

/** The fields of /proc/PID/stat from the state on; before it is the name, which may hold anything. */
function readStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
