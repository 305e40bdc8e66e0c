// The pid file: one process at a time, and no signal to a process that isn't ours.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { removePidFile, signalReload, writePidFile } from "../../src/cli/pid-file.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const PID_ERROR = { code: "ERR_PID_FILE" };

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));
afterAll(removeTempDirectories);

const path = (): string => join(makeTempDirectory(), "pid");

/** A process that says each SIGHUP, and its number. */
async function startOther(): Promise<{ readonly pid: number; output(): string }> {
  const script =
    "process.on('SIGHUP', () => console.log('hup')); setInterval(() => {}, 1000); console.log('up')";
  const started = spawn(process.execPath, ["-e", script], { env: {} });
  child = started;
  let output = "";
  started.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await waitFor("the process", () => output.includes("up\n"));
  return { pid: started.pid ?? 0, output: () => output };
}

/** What `start` of that process would have written. */
function markOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return `${pid}\n${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}\n`;
}

describe("writePidFile", () => {
  test("writes the number on the first line, as supervisors read it, and leaves nothing beside", async () => {
    const file = path();
    await writePidFile(file);
    expect(readFileSync(file, "utf8").split("\n")[0]).toBe(String(process.pid));
    expect(readdirSync(join(file, ".."))).toEqual(["pid"]);
    await removePidFile(file);
    expect(existsSync(file)).toBe(false);
    await removePidFile(file);
  });

  test("refuses while the process of the file runs, and leaves its file", async () => {
    const file = path();
    const { pid } = await startOther();
    writeFileSync(file, markOf(pid));
    await expect(writePidFile(file)).rejects.toMatchObject({
      ...PID_ERROR,
      message: `${file} is that of process ${pid}, which is running`,
    });
    await removePidFile(file);
    expect(readFileSync(file, "utf8")).toBe(markOf(pid));
    expect(readdirSync(join(file, ".."))).toEqual(["pid"]);
  });

  test.each(["4194304\n", "not a number", ""])("takes over a file that is left over: %j", async (text) => {
    const file = path();
    writeFileSync(file, text);
    await writePidFile(file);
    expect(readFileSync(file, "utf8")).toBe(markOf(process.pid));
  });

  test("says what to do where it can't be written", async () => {
    const file = join(path(), "pid");
    await expect(writePidFile(file)).rejects.toMatchObject({
      ...PID_ERROR,
      message: `${file} can't be written (ENOENT)`,
      hint: expect.stringContaining("directory must exist"),
    });
  });
});

describe("signalReload", () => {
  test("sends SIGHUP", async () => {
    const file = path();
    const { pid, output } = await startOther();
    writeFileSync(file, markOf(pid));
    expect(await signalReload(file)).toBe(pid);
    await waitFor("the signal", () => output().includes("hup\n"));
  });

  test("sends nothing to another process that has got the number since", async () => {
    const file = path();
    const { pid, output } = await startOther();
    writeFileSync(file, `${pid}\n1\n`);
    await expect(signalReload(file)).rejects.toMatchObject({
      ...PID_ERROR,
      message: expect.stringContaining("is left over"),
    });
    // A signal of ours after it: had there been one before, there would be two.
    process.kill(pid, "SIGHUP");
    await waitFor("the signal", () => output().includes("hup\n"));
    expect(output()).toBe("up\nhup\n");
  });

  test.each([
    ["4194304\n", "isn't running any more"],
    ["-1\n", "is no pid file"],
    ["0\n", "is no pid file"],
    ["", "is no pid file"],
  ])("%j: refused", async (text, message) => {
    const file = path();
    writeFileSync(file, text);
    await expect(signalReload(file)).rejects.toMatchObject({
      ...PID_ERROR,
      message: expect.stringContaining(message),
    });
  });

  test("no file: says so", async () => {
    await expect(signalReload(path())).rejects.toMatchObject({
      ...PID_ERROR,
      message: expect.stringContaining("ENOENT"),
    });
  });
});
