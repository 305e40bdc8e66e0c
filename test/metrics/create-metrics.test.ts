// Who wants no metrics has nothing of them: prom-client isn't even loaded.

import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";

/** Whether prom-client is loaded after these statements, in a process of its own. */
function isLoadedAfter(statements: string): boolean {
  const script = `
    import { createRequire } from "node:module";
    ${statements}
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    process.stdout.write(String(loaded.some((file) => file.includes("prom-client"))));`;
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const options = ["--import", "tsx", "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, options, { encoding: "utf8", env }) === "true";
}

test("the executable and the library load prom-client with the first metrics, not before", () => {
  const imports = `await import("./src/cli/real-context.ts"); const index = await import("./src/index.ts");`;
  expect(isLoadedAfter(imports)).toBe(false);
  expect(isLoadedAfter(`${imports} await index.createMetrics();`)).toBe(true);
});
