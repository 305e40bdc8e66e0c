// docs/dependencies.md: every dependency is on it, with its licence and whether it is pinned; and the bill of materials.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

const page = readFileSync("docs/dependencies.md", "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));

/** Name, version column and licence column of each row. */
const rows = [...page.matchAll(/^\| `([^`]+)` \|[^|]+\|[^|]+\| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, name, version, licence]) => ({ name, version, licence }),
);

/** The paragraph's list of licences. */
const allowed =
  /licences ([\w\s.,-]+?), and has/.exec(page.replaceAll(/\n\s*/g, " "))?.[1]?.split(", ") ?? [];

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

const locked = Object.entries(lock.packages as Record<string, LockedPackage>).filter(
  ([path, { dev }]) => path.startsWith("node_modules/") && dev !== true,
);

describe("docs/dependencies.md", () => {
  test("names the dependencies of package.json, and no others", () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test.each(rows)(
    "$name: pinned as the page says, under the licence that it says",
    ({ name = "", ...row }) => {
      const isExact = /^\d/.test(manifest.dependencies[name]);
      expect(row.version?.startsWith("exact: ") ? "exact" : row.version).toBe(isExact ? "exact" : "range");
      const installed = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
      expect(row.licence).toBe(installed.license);
    },
  );

  test("only the packages that it names have an install script", () => {
    const named = [
      ...(/an install script only if it is named here: ([^.]+)\./.exec(page)?.[1] ?? "").matchAll(
        /`([^`]+)`/g,
      ),
    ];
    const have = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    expect(have.map((path) => path.slice("node_modules/".length))).toEqual(named.map(([, name]) => name));
  });

  test("everything in the lock file has an integrity hash", () => {
    expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });
});

describe("npm run sbom", () => {
  const made = spawnSync("npm", ["run", "--silent", "sbom"], { encoding: "utf8", maxBuffer: 2 ** 26 });
  const sbom = made.status === 0 ? JSON.parse(made.stdout) : undefined;
  const components: readonly Component[] = sbom?.components ?? [];

  test("is CycloneDX, of this package, with its dependencies and no tools", () => {
    expect(made.stderr).not.toContain("npm error");
    expect(sbom).toMatchObject({
      bomFormat: "CycloneDX",
      metadata: { component: { name: manifest.name, version: manifest.version } },
    });
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
    // All that is in the lock file and on this machine, by npm's own mark; not what other platforms have instead.
    const shipped = locked
      .filter(([path]) => existsSync(path))
      .map(([path]) => path.split("node_modules/").at(-1));
    expect([...new Set(names)].sort()).toEqual([...new Set(shipped)].sort());
    for (const tool of ["jest", "typescript", "fastify"]) expect(names).not.toContain(tool);
  });

  test("all licences are on the list", () => {
    const others = components.filter(
      ({ licenses }) =>
        licenses === undefined || !licenses.every(({ license }) => allowed.includes(license?.id ?? "")),
    );
    expect(others.map(({ name, licenses }) => ({ name, licenses }))).toEqual([]);
  });
});
