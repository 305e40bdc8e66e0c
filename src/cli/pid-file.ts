// The pid file of a running component: where `reload` finds the process that it asks.

import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";

/** A process, and when it was started: a number may have been given to another process since. */
interface ProcessMark {
  readonly pid: number;
  /** In ticks since the boot; `undefined` where the system has no /proc. */
  readonly startTime: string | undefined;
}

/**
 * Writes the number of this process into `path`: one line with it, and one with its start time.
 *
 * @throws `ERR_PID_FILE`: another process is running by that file, or it can't be written
 */
export async function writePidFile(path: string): Promise<void> {
  const startTime = findStartTime(process.pid);
  const text = `${process.pid}\n${startTime === undefined ? "" : `${startTime}\n`}`;
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, text, { mode: 0o644, flag: "wx" });
    // As a link first: of two that start at once, one sees the file of the other.
    await link(temporary, path).catch(async (error: unknown) => {
      if (errorCodeOf(error) !== "EEXIST") throw error;
      const other = toMark(await readFile(path, "utf8"));
      if (other !== undefined && other.pid !== process.pid && isRunning(other)) {
        throw pidFileError(`${path} is that of process ${other.pid}, which is running`, {
          hint: "Stop it first, or give this one another --pid-file.",
        });
      }
      await rename(temporary, path);
    });
  } catch (error) {
    throw toPidFileError(error, `${path} can't be written`);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes the file if it is still ours. Never rejects. */
export async function removePidFile(path: string): Promise<void> {
  try {
    if (toMark(await readFile(path, "utf8"))?.pid === process.pid) await rm(path);
  } catch {
    // It is gone, or its directory is: what is left does no harm, since it is known for stale.
  }
}

/**
 * Sends SIGHUP to the process of a pid file.
 *
 * @returns its number
 * @throws `ERR_PID_FILE`: there is no such file, or no such process
 */
export async function signalReload(path: string): Promise<number> {
  try {
    const mark = toMark(await readFile(path, "utf8"));
    if (mark === undefined) throw pidFileError(`${path} is no pid file of \`start\``);
    // Any other process would be ended by the signal.
    if (!isRunning(mark))
      throw pidFileError(`${path} is left over: process ${mark.pid} isn't running any more`);
    process.kill(mark.pid, "SIGHUP");
    return mark.pid;
  } catch (error) {
    throw toPidFileError(error, `the process of ${path} can't be asked`);
  }
}

function toMark(text: string): ProcessMark | undefined {
  const [, pid, startTime] = /^([1-9]\d{0,9})\n(?:(\d+)\n)?$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTime };
}

function isRunning({ pid, startTime }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCodeOf(error) === "ESRCH") return false;
  }
  return startTime === undefined || startTime === findStartTime(pid);
}

/** Field 22 of proc_pid_stat(5); the name in field 2 may hold blanks and parentheses. */
function findStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function toPidFileError(error: unknown, message: string): CookieAuthenticatorError {
  if (error instanceof CookieAuthenticatorError) return error;
  const code = errorCodeOf(error);
  return pidFileError(`${message} (${code ?? "unknown"})`, { hint: toHint(code), cause: error });
}

function toHint(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "Is the component running, with this --pid-file? Its directory must exist.";
    case "EACCES":
    case "EPERM":
      return "Only the component's user, or root, may do that.";
    default:
      return "Choose a --pid-file in a directory that the component's user may write, such as /run/NAME.";
  }
}

function pidFileError(
  message: string,
  options: { hint?: string; cause?: unknown } = {},
): CookieAuthenticatorError {
  const hint = "`start --pid-file FILE` writes it anew.";
  return new CookieAuthenticatorError("ERR_PID_FILE", message, { hint, ...options });
}
