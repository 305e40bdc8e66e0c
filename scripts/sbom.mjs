// The bill of materials of what is installed with this package, in CycloneDX format, on standard output.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

// Not `--omit=dev`: npm then leaves out what a tool of ours needs as well (11.19: ajv, pino and 28 others).
const result = spawnSync("npm", ["sbom", "--sbom-format=cyclonedx"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
if (result.status !== 0) {
  console.error(result.error?.message ?? result.stderr);
  process.exit(1);
}
const sbom = JSON.parse(result.stdout);

// What the lock file doesn't mark as for development alone.
const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
const shipped = new Set(
  Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path, entry]) => `${path.split("node_modules/").at(-1)}@${entry.version}`),
);
sbom.components = sbom.components.filter((part) => shipped.has(`${part.name}@${part.version}`));
const references = new Set(sbom.components.map((component) => component["bom-ref"]));
references.add(sbom.metadata.component["bom-ref"]);
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => references.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => references.has(other)) }));

// npm names the package after the directory that it lies in.
sbom.metadata.component.name = name;
process.stdout.write(`${JSON.stringify(sbom, undefined, 2)}\n`);
