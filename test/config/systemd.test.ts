// The systemd unit: what it must have, and what systemd itself says of it where its tools are installed.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { EXIT_STATUS } from "../../src/cli/exit-status.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

const FILE = "config/systemd/wamp-cookie-authenticator.service";
const unit = readFileSync(FILE, "utf8");
const hasTools = spawnSync("systemd-analyze", ["--version"]).status === 0;

afterAll(removeTempDirectories);

/** The values of a key, in the order of the file; an empty one resets what was before it. */
function valuesOf(key: string): string[] {
  return unit
    .split("\n")
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

describe("config/systemd", () => {
  test.each<[string, string]>([
    ["ProtectSystem", "strict"],
    ["NoNewPrivileges", "yes"],
    ["ProtectHome", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["CapabilityBoundingSet", ""],
    ["RestrictSUIDSGID", "yes"],
    ["LimitCORE", "0"],
    ["Restart", "always"],
    ["StartLimitIntervalSec", "0"],
    ["ExecReload", "/bin/kill -HUP $MAINPID"],
  ])("%s=%s", (key, value) => {
    expect(valuesOf(key)).toEqual([value]);
  });

  test("it isn't root, and writes nowhere but in the database and its own directory", () => {
    expect(valuesOf("User")).toEqual(["wamp-cookie-authenticator"]);
    expect(valuesOf("ReadWritePaths")).toHaveLength(1);
    expect(valuesOf("StateDirectory")).toEqual(["wamp-cookie-authenticator"]);
    expect(valuesOf("UMask")).toEqual(["0007"]);
  });

  test("LMDB's rule: no PID namespace of its own", () => {
    expect(valuesOf("PrivatePIDs")).toEqual([]);
  });

  test("the secret comes as a credential, by the name that the instructions put into the configuration", () => {
    const [credential = ""] = valuesOf("LoadCredential");
    const [name] = credential.split(":");
    expect(unit).toContain(`{ "file": "/run/credentials/wamp-cookie-authenticator.service/${name}" }`);
    expect(unit).not.toMatch(/^Environment=/m);
  });

  test("so does the password of a Valkey, once its line is adapted", () => {
    const [, name = ""] =
      /^#LoadCredential=([\w-]+):\/etc\/wamp-cookie-authenticator\/secrets\/\1$/m.exec(unit) ?? [];
    expect(name).toBe("valkey-password");
    expect(unit).toContain(`{ "file": "/run/credentials/wamp-cookie-authenticator.service/${name}" }`);
  });

  test("a wrong configuration isn't started again for ever; a replaced store is", () => {
    expect(valuesOf("RestartPreventExitStatus")).toEqual([String(EXIT_STATUS.usage)]);
  });

  (hasTools ? test : test.skip)(
    `systemd takes it, and calls its exposure low${hasTools ? "" : " (skipped: no systemd-analyze)"}`,
    () => {
      const copy = join(makeTempDirectory(), "wamp-cookie-authenticator.service");
      // It looks whether the executable is there.
      writeFileSync(copy, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const verified = spawnSync("systemd-analyze", ["verify", copy], { encoding: "utf8" });
      const said = verified.stderr.split("\n").filter((line) => line.includes("wamp-cookie-authenticator"));
      expect({ status: verified.status, said }).toEqual({ status: 0, said: [] });
      // 20 of 100: "OK", the best but one.
      const security = ["security", "--offline=true", "--threshold=20", "--no-pager", copy];
      const judged = spawnSync("systemd-analyze", security, { encoding: "utf8" });
      expect({
        status: judged.status,
        overall: /Overall exposure level .*/.exec(judged.stdout)?.[0],
      }).toEqual({ status: 0, overall: expect.stringContaining("OK") });
    },
  );
});
