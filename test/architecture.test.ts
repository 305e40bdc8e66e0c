// The table of docs/architecture.md, held against the imports: who may import whom, and where each package lives.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src");

interface Import {
  /** Paths from src, with forward slashes. */
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));
const imports = files.flatMap(readImports);
const inner = imports.filter(({ to }) => files.includes(to));
const outer = imports.filter(
  ({ to }) => !files.includes(to) && !to.startsWith("node:") && !to.startsWith("."),
);
const rows = readTable();

function readImports(file: string): Import[] {
  const text = readFileSync(join(source, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gms);
  const effects = text.matchAll(/^import\s+()"([^"]+)"/gm);
  return [...statements, ...effects].map(([, type, target = ""]) => ({
    from: file,
    to: target.startsWith(".")
      ? relative(source, join(source, dirname(file), target))
          .replaceAll("\\", "/")
          .replace(/\.js$/, ".ts")
      : target,
    isType: type !== undefined && type !== "",
  }));
}

interface Row {
  readonly folder: string;
  readonly packages: readonly string[];
  readonly mayImport: string;
}

/** The rows of the table; `folder` without `src/`. */
function readTable(): Row[] {
  const text = readFileSync(join(root, "docs", "architecture.md"), "utf8");
  return [...text.matchAll(/^\| `src\/([^`]+)` \|[^|]*\|([^|]*)\|([^|]*)\|$/gm)].map(
    ([, folder = "", packages = "", mayImport = ""]) => ({
      folder: folder.replace(/\.ts$/, ""),
      packages: [...packages.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
      mayImport,
    }),
  );
}

/** The row that a file belongs to: the longest folder that holds it. */
function rowOf(file: string): Row | undefined {
  return rows
    .filter(({ folder }) => file === `${folder}.ts` || file.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function isAllowed({ from, to, isType }: Import): boolean {
  const [own, target] = [rowOf(from), rowOf(to)];
  if (own === undefined || target === undefined) return false;
  if (own === target) return true;
  const rule = own.mayImport.trim();
  if (rule.startsWith("all but ")) return !rule.slice("all but ".length).split(", ").includes(target.folder);
  return rule.split(", ").some((entry) => {
    const [, folder, onlyTypes] = /^(\S+)( \(types\))?$/.exec(entry) ?? [];
    return folder === target.folder && (onlyTypes === undefined || isType);
  });
}

test("the table was read, and every file has a row", () => {
  expect(rows.length).toBeGreaterThanOrEqual(12);
  expect(imports.length).toBeGreaterThan(200);
  expect(files.filter((file) => rowOf(file) === undefined)).toEqual([]);
});

test("every import goes a way that the table allows", () => {
  const forbidden = inner.filter((entry) => !isAllowed(entry));
  expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

describe("each outer package has one home", () => {
  const homes = new Map(
    rows.flatMap(({ folder, packages }) => packages.map((name) => [name, folder] as const)),
  );

  test("every dependency of package.json is in the table", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    // extra-typings is commander with types.
    const names = Object.keys(manifest.dependencies).filter((name) => name !== "@commander-js/extra-typings");
    expect(names.filter((name) => !homes.has(name))).toEqual([]);
  });

  test("it is imported there and nowhere else", () => {
    const strays = outer.filter(({ from, to }) => {
      const name =
        to === "@commander-js/extra-typings" ? "commander" : to.replace(/^(@[^/]+\/[^/]+|[^/]+).*/, "$1");
      return !rowOf(from)?.packages.includes(name);
    });
    expect(strays.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });
});

test("no file imports itself over others", () => {
  const next = new Map(
    files.map((file) => [file, inner.filter(({ from, isType }) => from === file && !isType)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
