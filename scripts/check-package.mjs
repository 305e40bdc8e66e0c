// The package check: packs the tarball, installs it into an empty project beside a stock `lmdb`, and uses both; also
// publint and attw on the tarball. Ends non-zero on any failure, and says what.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm, root, setUp } from "./setup.mjs";

await setUp({ withCrossbar: false });
const directory = mkdtempSync(join(tmpdir(), "wca-package-"));
try {
  const tarball = pack();
  checkContents(tarball);
  run("publint", bin("publint", "src/cli.js"), [tarball], root);
  // One ESM build serves CommonJS too: Node.js 20.19 and later can require it, which the check below does.
  run("attw", bin("@arethetypeswrong/cli", "dist/index.js"), [tarball, "--profile", "esm-only"], root);
  checkInstalled(tarball);
  checkWithoutScripts(tarball);
  console.log("package check: all passed");
} catch (error) {
  console.error(`package check FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function pack() {
  run(
    "npm pack",
    npm(),
    ["pack", "--ignore-scripts", "--pack-destination", directory, "--loglevel=error"],
    root,
  );
  const [name] = readdirSync(directory).filter((file) => file.endsWith(".tgz"));
  return join(directory, name);
}

function checkContents(tarball) {
  const list = run("tar", ["tar"], ["-tzf", tarball], root).split("\n");
  const wanted = [
    "dist/index.js",
    "dist/index.d.ts",
    "bin/wamp-cookie-authenticator.js",
    "schema/config.schema.json",
    "README.md",
    "LICENSE",
  ];
  const missing = wanted.filter((file) => !list.includes(`package/${file}`));
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(", ")}`);
  const strays = list.filter((file) => /\/(native|test|\.venv|node_modules)\//.test(file));
  if (strays.length > 0) throw new Error(`the tarball has ${strays.slice(0, 3).join(", ")}`);
}

/** A host application with its own lmdb: each of the two databases is opened by the engine that made it. */
function checkInstalled(tarball) {
  const host = makeProject("host", {
    "esm.mjs": `
      import { createMemoryStore, CookieAuthenticatorError, initCookieStore, openCookieStore, makeCookieValue } from "wamp-cookie-authenticator";
      import { open, version } from "lmdb";
      if (!version.versionString.includes("0.9.90")) throw new Error("the host's lmdb isn't the stock one: " + version.versionString);
      const theirs = open({ path: "host-db" });
      await theirs.put("key", { answer: 42 });
      await initCookieStore("cookies");
      const ours = await openCookieStore({ path: "cookies", maxSizeBytes: 2 ** 30 });
      const value = makeCookieValue();
      await ours.writer.write((t) => t.put({ oid: crypto.randomUUID(), createdNs: 1n, value, authid: "joe" }));
      if (ours.reader.findByValue(value).authid !== "joe") throw new Error("our store doesn't work");
      if (theirs.get("key").answer !== 42) throw new Error("the host's lmdb doesn't work");
      if (createMemoryStore === undefined || CookieAuthenticatorError === undefined) throw new Error("exports");
      await theirs.close();
      await ours.close();
    `,
    "again.mjs": `
      import { open } from "lmdb";
      import { openCookieReader } from "wamp-cookie-authenticator";
      if (open({ path: "host-db" }).get("key").answer !== 42) throw new Error("the host's database is broken");
      const reader = await openCookieReader({ path: "cookies" });
      if (reader.list({ limit: 9 }).cookies.length !== 1) throw new Error("our database is broken");
    `,
    "cjs.cjs": `
      const { createMemoryStore, createAuthenticator } = require("wamp-cookie-authenticator");
      createAuthenticator({ reader: createMemoryStore().reader })
        .answer(["realm1", null, {}], { authrole: "trusted" })
        .then((answer) => { if (answer.error === undefined) throw new Error("no denial"); });
    `,
    "types.ts": `
      import { createAuthenticator, createMemoryStore, type CookieReader, type RouterAnswer } from "wamp-cookie-authenticator";
      const reader: CookieReader = createMemoryStore().reader;
      const answer: Promise<RouterAnswer> = createAuthenticator({ reader }).answer([], {});
      void answer;
    `,
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, module: "NodeNext", target: "ES2022", types: ["node"] },
      files: ["types.ts"],
    }),
  });
  console.log("installing the tarball beside a stock lmdb (builds the engine, some 40 s)");
  install(host, [tarball, "lmdb@3.5.6", "@types/node@20"]);
  run("use from ESM, beside a stock lmdb", [process.execPath], ["esm.mjs"], host);
  run("both databases again, in a new process", [process.execPath], ["again.mjs"], host);
  run("use from CommonJS", [process.execPath, "--no-warnings"], ["cjs.cjs"], host);
  run("use from TypeScript", bin("typescript", "bin/tsc"), ["-p", "tsconfig.json"], host);
  const executable = join(host, "node_modules", ".bin", "wamp-cookie-authenticator");
  const info = JSON.parse(run("the executable", [executable], ["db", "info", "cookies", "--json"], host));
  if (info.format !== "0.9") throw new Error("`db info` doesn't say the format");
}

/** npm's --ignore-scripts, pnpm: no engine. Everything says so and names the command. */
function checkWithoutScripts(tarball) {
  const host = makeProject("without-scripts", {});
  install(host, [tarball, "--ignore-scripts"]);
  const executable = join(host, "node_modules", ".bin", "wamp-cookie-authenticator");
  const result = spawnSync(executable, ["db", "init", "cookies"], { cwd: host, encoding: "utf8" });
  if (result.status === 0 || !result.stderr.includes("build-native")) {
    throw new Error(`without the engine, the command to build it isn't named: ${result.stderr}`);
  }
  console.log("ok  without install scripts: the error names build-native");
}

function makeProject(name, files) {
  const project = join(directory, name);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name, private: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  return project;
}

function install(project, parameters) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  run(`npm install in ${project}`, npm(), ["install", ...quiet, ...parameters], project, true);
}

/** A tool of our own node_modules. */
function bin(name, file) {
  return [process.execPath, join(root, "node_modules", name, file)];
}

function run(what, [command, ...first], parameters, cwd, isQuiet = false) {
  const result = spawnSync(command, [...first, ...parameters], { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (result.status !== 0) {
    throw new Error(`${what}\n${result.error?.message ?? ""}\n${result.stdout}\n${result.stderr}`);
  }
  if (!isQuiet) console.log(`ok  ${what}`);
  return result.stdout;
}
