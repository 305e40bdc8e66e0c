// The public declarations of the package as the compiler writes them (`.d.ts`), each with its docstring.
// Not by typedoc: it needs the compiler of TypeScript 6, and ours is 7, whose own API isn't stable yet.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./write-or-check.mjs";

/**
 * What each of these files of src/ exports, in its order.
 * @param entries such as `index.ts`
 * @returns for each entry a list of {name, file, doc, code}; doc is the docstring without its stars
 */
export function readPublicDeclarations(entries) {
  const directory = mkdtempSync(join(tmpdir(), "wca-declarations-"));
  try {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const options = [
      "-p",
      "tsconfig.build.json",
      "--emitDeclarationOnly",
      "--sourceMap",
      "false",
      "--noCheck",
    ];
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, "--outDir", directory], {
      cwd: root,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the source doesn't compile:\n${stdout}`);
    return entries.map((entry) => readEntry(directory, entry));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readEntry(directory, entry) {
  const file = join(directory, entry.replace(/\.ts$/, ".d.ts"));
  const text = readFileSync(file, "utf8");
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gms)].flatMap(
    ([, names, from]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => find(name, join(dirname(file), from.replace(/\.js$/, ".d.ts")))),
  );
  return [...statementsOf(text), ...listed].map((statement) => ({ ...statement, file: entry }));
}

function find(name, file) {
  const found = statementsOf(readFileSync(file, "utf8")).filter((statement) => statement.name === name);
  if (found.length === 0)
    throw new Error(`no declaration of ${name} in ${file}: a re-export of a re-export?`);
  return { ...found[0], code: found.map(({ code }) => code).join("\n") };
}

/** Exported declarations: they begin in the first column, and their last line is the first to end there. */
function statementsOf(text) {
  const pattern =
    /^(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?export (?:declare )?((?:abstract )?(?:async )?(?:interface|type|function|const|class) (\w+)(?:[^\n]*[;}]|.*?^(?:\}|[}\])][^\n]*;)))$/gms;
  return [...text.matchAll(pattern)].map(([, doc, code, name]) => ({
    name,
    doc: doc === undefined ? "" : doc.replace(/^ ?\* ?/gm, "").trim(),
    // What only the class itself may use is nobody's business.
    code: code.replace(/^ {4}(#private|private [^\n]*);\n/gm, "").trim(),
  }));
}
