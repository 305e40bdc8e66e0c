// What the README says a user can type: its command lines run, its configuration loads, its code compiles.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { makeTempDirectory, removeTempDirectories } from "./support/temp-directory.js";

afterAll(removeTempDirectories);

const root = packageRoot();
const readme = readFileSync(join(root, "README.md"), "utf8");

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, text = ""]) => text,
  );
}

describe("the command lines, in their order, as a new user types them", () => {
  const directory = makeTempDirectory();
  const environment = { ...process.env, AUTHENTICATOR_SECRET: "a secret" };
  const commands = blocks("sh")
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*/, ""))
    .filter((line) => line.startsWith("npx wamp-cookie-authenticator "))
    .map((line) => line.split(" ").slice(2));

  test("the files that the user makes", () => {
    const config = blocks("json").find((text) => text.includes('"routers"'));
    writeFileSync(join(directory, "authenticator.json"), config ?? "");
    mkdirSync(join(directory, ".crossbar"));
    cpSync(join(root, "config", "crossbar", "wampcra.json"), join(directory, ".crossbar", "config.json"));
    expect(commands.length).toBeGreaterThanOrEqual(4);
  });

  test.each(
    commands.filter(([name]) => name !== "start").map((command) => [command.join(" "), command] as const),
  )("%s", (_, command) => {
    const executable = join(root, "bin", "wamp-cookie-authenticator.js");
    const result = spawnSync(process.execPath, [executable, ...command], {
      cwd: directory,
      env: environment,
      encoding: "utf8",
    });
    expect({ status: result.status, stderr: result.stderr }).toMatchObject({ status: 0 });
    if (command[0] === "check-config") expect(result.stderr).toBe("");
  });

  test("every script that it names is there", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts) && name !== "install")).toEqual([]);
  });
});

test("the TypeScript compiles", () => {
  // Inside the project, so that the package finds itself by its name.
  const directory = join(root, ".test-tmp", `readme-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  try {
    const files = blocks("ts").map((code, at) => {
      const file = join(directory, `block-${at}.ts`);
      writeFileSync(file, code);
      return file;
    });
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--module", "NodeNext", "--target", "ES2022", "--types", "node"];
    const result = spawnSync(process.execPath, [tsc, "--ignoreConfig", ...options, ...files], {
      cwd: root,
      encoding: "utf8",
    });
    expect(files.length).toBeGreaterThan(0);
    expect(result.stdout).toBe("");
    expect(result.status).toBe(0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("every file that it or docs/ links to is there", () => {
  const files = ["README.md", "docs/security.md", "docs/architecture.md"];
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !existsSync(join(root, file, "..", target)))).toEqual([]);
  }
});

test("every test that docs/security.md names is there", () => {
  const text = readFileSync(join(root, "docs", "security.md"), "utf8");
  const tests = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file);
  expect(tests.length).toBeGreaterThan(15);
  expect(tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("docs/configuration.md is what the schema gives", () => {
  const script = join(root, "scripts", "generate-config-docs.mjs");
  const result = spawnSync(process.execPath, [script, "--check"], { cwd: root, encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
});
