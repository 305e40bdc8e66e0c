// The completion scripts, in the shells that they are for: syntax, and what they propose.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createFakeCli } from "./fake-context.js";

const NAME = "wamp-cookie-authenticator";
const directory = mkdtempSync(join(tmpdir(), "completion-test-"));
const scripts: Record<string, string> = {};

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { status, stdout, stderr } = await createFakeCli().run(["completion", shell]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    scripts[shell] = join(directory, shell);
    writeFileSync(join(directory, shell), stdout);
  }
  mkdirSync(join(directory, "files", "folder one"), { recursive: true });
  writeFileSync(join(directory, "files", "file one"), "");
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The line as it is typed, and what is proposed for its last word; in any order. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["chec", ["check-config"]],
  ["completion ", ["bash", "fish", "zsh"]],
  ["completion bash ", []],
  ["cookies li", ["list"]],
  ["cookies re", ["remove", "revoke"]],
  ["cookies list --st", ["--state"]],
  ["cookies list --state v", ["valid"]],
  ["cookies list --authid list --limit 5 --state i", ["idle"]],
  ["cookies list --authid ", []],
  ["cookies get --js", ["--json"]],
  ["cookies remove --js", ["--json"]],
  ["db init f", ["folder one"]],
  ["db init fo", ["folder one"]],
  ["check-config fi", ["file one"]],
  ["cookies show --value-file fi", ["file one"]],
];

/** Whether the shell is here; else its tests are skipped with the reason. */
function describeShell(shell: string, tests: () => void): void {
  const isHere = spawnSync(shell, ["-c", ":"]).status === 0;
  (isHere ? describe : describe.skip)(isHere ? shell : `${shell} (skipped: no ${shell} here)`, tests);
}

function run(shell: string, args: readonly string[], input?: string): string {
  const cwd = join(directory, "files");
  const { status, stdout, stderr } = spawnSync(shell, args, {
    cwd,
    input,
    encoding: "utf8",
    timeout: 30_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** Without descriptions, and the blanks, slashes and backslashes that a shell puts after or into a name. */
function sorted(lines: string): string[] {
  const words = lines.split("\n").map((line) =>
    line
      .replace(/\t.*/, "")
      .replaceAll("\\", "")
      .replace(/[/ ]+$/, ""),
  );
  return [...new Set(words)].filter((word) => word !== "").sort();
}

describeShell("bash", () => {
  test("reads it without a complaint", () => {
    run("bash", ["-n", scripts.bash ?? ""]);
    expect(run("bash", ["-c", `source ${scripts.bash}; complete -p ${NAME}`])).toContain(
      `-F _${NAME.replaceAll("-", "_")}`,
    );
  });

  /** As bash calls it: `=` is a word of its own. */
  function complete(line: string): string[] {
    const words = `${NAME} ${line}`.replaceAll("=", " = ").split(/ +/);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `source ${scripts.bash}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
      _${NAME.replaceAll("-", "_")} 2>&1
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return sorted(run("bash", ["--norc", "-c", script]));
  }

  test.each(CASES)("%j proposes %j", (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  test.each([
    ["cookies list --state=v", ["valid"]],
    ["cookies list --state=", ["damaged", "expired", "from-future", "idle", "unauthenticated", "valid"]],
    ["cookies list --authid=joe --lim", ["--limit"]],
  ])("%j proposes %j", (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });
});

describeShell("fish", () => {
  test("reads it without a complaint", () => {
    run("fish", ["--no-config", "-n", scripts.fish ?? ""]);
  });

  test.each(CASES)("%j proposes %j", (line, expected) => {
    const script = `source ${scripts.fish}; complete -C '${NAME} ${line}'`;
    expect(sorted(run("fish", ["--no-config", "-c", script]))).toEqual(expected);
  });
});

describeShell("zsh", () => {
  test("reads it without a complaint", () => {
    run("zsh", ["-f", "-n", scripts.zsh ?? ""]);
  });

  /**
   * A line typed into an interactive zsh on a terminal of its own; what `compadd` is asked to add goes to a file. A key counts from the
   * moment on when the line editor is there, which it says itself: before that a Tab is a character like others.
   */
  function complete(line: string): string[] {
    const added = join(directory, `added-${Math.random()}`);
    const script = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      type() { zpty -w shell "$1" }
      type 'PS1=; autoload -Uz compinit; compinit -u -D; source ${scripts.zsh}; unset zle_bracketed_paste'
      type 'bindkey "^I" complete-word; : > ${added}'
      type 'compadd() {
        local -a matches; builtin compadd -A matches "$@"; print -rl -- "$matches[@]" >> ${added}
        builtin compadd "$@"
      }'
      type 'zle-line-init() { print REA""DY }; zle -N zle-line-init'
      zpty -r -m shell output '*READY*'
      zpty -n -w shell '${NAME} ${line}'$'\\t'
      zpty -n -w shell $'\\C-u'"echo DO''NE"$'\\n'
      zpty -r -m shell output '*DONE*'
      zpty -d shell
      cat ${added}`;
    return sorted(run("zsh", ["-f"], script));
  }

  test.each(CASES)("%j proposes %j", (line, expected) => {
    // zsh proposes options where there is nothing else.
    expect(complete(line).filter((word) => expected.length > 0 || !word.startsWith("-"))).toEqual(expected);
  });
});
