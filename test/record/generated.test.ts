// src/record/generated is what schema/cookie.fbs gives.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

test("the generated code is up to date", () => {
  const script = fileURLToPath(new URL("../../scripts/generate-flatbuffers.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
