// scripts/stress-reader.mjs, short: a writer at full speed, killed in between; and that the stress finds what it seeks.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const script = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "scripts", "stress-reader.mjs");

interface StressResult {
  readonly commits: number;
  readonly kills: number;
  readonly reads: number;
  readonly wrongAnswers: number;
  readonly errors: number;
  readonly problems: Readonly<Record<string, number>>;
  readonly mostRetries: number;
}

function stress(...options: string[]): { readonly status: number | null; readonly result: StressResult } {
  const { status, stdout } = spawnSync(process.execPath, [script, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { status, result: JSON.parse(stdout) as StressResult };
}

describe.each(["0.9", "1.0"])("LMDB %s", (format) => {
  test("no wrong, stale or missing answer beside a writer", () => {
    const { status, result } = stress("--seconds", "3", "--format", format, "--kill-every", "1");
    expect({ ...result, status }).toMatchObject({ status: 0, wrongAnswers: 0, errors: 0, problems: {} });
    expect(result.commits).toBeGreaterThan(100);
    expect(result.reads).toBeGreaterThan(100);
    expect(result.kills).toBeGreaterThanOrEqual(1);
    expect(result.mostRetries).toBeLessThan(100);
  });

  test("without the snapshot rule it finds wrong answers", () => {
    const { status, result } = stress("--seconds", "20", "--format", format, "--without-check");
    expect(result.wrongAnswers).toBeGreaterThan(0);
    expect(status).toBe(0);
  });
});
