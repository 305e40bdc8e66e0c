// cookies list, filtered and in every form, and cookies show, on a store in memory.

import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { toCookieRow } from "../../src/cli/cookie-row.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { Cookie, CookieFields } from "../../src/record/cookie.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import { makeFields } from "../store/conformance.js";
import { waitFor } from "../support/wait-for.js";
import { createFakeCli, type FakeCli, NOW_NS } from "./fake-context.js";
import { writeLifetimeConfig } from "./lifetime-config.js";

const DB = ["--db", "/db"];
const OID = "00000000-0000-4000-8000-000000000000";
const error = new CookieAuthenticatorError("ERR_RECORD_INVALID", "not a valid cookie record");
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

function put(cli: FakeCli, fields: Partial<CookieFields>): Promise<Cookie> {
  return cli.store.writer.write((transaction) =>
    transaction.put(makeFields({ createdNs: NOW_NS - DAY, ...fields })),
  );
}

async function listed(cli: FakeCli, ...args: string[]): Promise<{ authid: string; state: string }[]> {
  const { status, stdout, stderr } = await cli.run(["cookies", "list", ...args, "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("filters", () => {
  async function scene(): Promise<FakeCli> {
    const cli = createFakeCli();
    await put(cli, { authid: "joe" });
    await put(cli, { authid: "ann", authrole: "admin", authrealm: "realm2", name: "sid" });
    await put(cli, { authid: "old", createdNs: NOW_NS - 8n * DAY });
    await put(cli, { authid: "future", createdNs: NOW_NS + DAY });
    await put(cli, { authid: undefined, authrole: undefined, authrealm: undefined });
    return cli;
  }

  test.each([
    [["--authid", "joe"], ["joe"]],
    [["--role", "admin"], ["ann"]],
    [["--realm", "realm2"], ["ann"]],
    [["--name", "sid"], ["ann"]],
    [
      ["--state", "valid"],
      ["ann", "joe"],
    ],
    [["--state", "expired"], ["old"]],
    [["--state", "from-future"], ["future"]],
    [["--state", "unauthenticated"], [null]],
    [["--state", "idle"], []],
    [["--older-than", "7d"], ["old"]],
    [["--older-than", "24h", "--state", "valid"], []],
    [
      ["--newer-than", "25h", "--state", "valid"],
      ["ann", "joe"],
    ],
    [["--authid", "joe", "--realm", "realm2"], []],
  ])("%j", async (args, expected) => {
    const rows = await listed(await scene(), ...DB, ...args);
    expect(rows.map(({ authid }) => authid).sort()).toEqual(expected);
  });

  test("states are judged by the configured lifetimes, where there is a configuration", async () => {
    const cli = createFakeCli();
    const used = await put(cli, { authid: "used" });
    await put(cli, { authid: "unused" });
    await cli.store.writer.write((transaction) => transaction.putUse(used.oid, { lastUsedNs: NOW_NS }));
    const idle = ["--config", writeLifetimeConfig({ idleTimeout: 3600 })];
    expect(await listed(cli, ...idle, "--state", "idle")).toMatchObject([
      { authid: "unused", state: "idle" },
    ]);
    expect(await listed(cli, ...idle, "--state", "valid")).toMatchObject([{ authid: "used" }]);
    const capped = ["--config", writeLifetimeConfig({ maxLifetime: 3600 })];
    expect(await listed(cli, ...capped, "--state", "expired")).toHaveLength(2);
    expect(await listed(cli, ...DB, "--state", "valid")).toHaveLength(2);
    const { stdout } = await cli.run(["cookies", "list", ...idle]);
    expect(stdout).toMatch(/ unused .*\(idle\)$/m);
    expect(stdout).toMatch(/ used .* 2026-01-07$/m);
  });

  test("are judged by the highest time that the database has seen (R-13)", async () => {
    const cli = createFakeCli();
    await put(cli, {});
    await cli.store.writer.write((transaction) => transaction.raiseClock(NOW_NS + 30n * DAY));
    expect(await listed(cli, ...DB, "--state", "expired")).toHaveLength(1);
  });

  test.each([
    ["--older-than", "7", "Expected a duration such as"],
    ["--older-than", "0h", "Expected a duration such as"],
    ["--newer-than", "1y", "Expected a duration such as"],
    ["--state", "dead", "Allowed choices are valid, expired"],
    ["--realm", "", "Expected text that isn't empty"],
  ])("%s %j is wrong usage", async (option, text, message) => {
    const { status, stderr } = await createFakeCli().run(["cookies", "list", ...DB, option, text]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("forms", () => {
  test("CSV has a head, the device, times in UTC, and no formula for a spreadsheet", async () => {
    const cli = createFakeCli();
    const { oid } = await put(cli, { authid: '=HYPERLINK("http://x","y")' });
    const use = { lastUsedNs: NOW_NS, peer: "tcp4:192.0.2.1:1", userAgent: "+cmd, \u001b[2J" };
    await cli.store.writer.write((transaction) => transaction.putUse(oid, use));
    const { stdout } = await cli.run(["cookies", "list", ...DB, "--csv"]);
    expect(stdout).toBe(
      "oid,state,authid,authrole,authrealm,authmethod,name,created,expires,last_used,peer,user_agent\r\n" +
        `${oid},valid,"'=HYPERLINK(""http://x"",""y"")",user,realm1,,cbtid,2025-12-31T00:00:00Z,` +
        `2026-01-07T00:00:00Z,2026-01-01T00:00:00Z,tcp4:192.0.2.1:1,"'+cmd, \\u{1b}[2J"\r\n`,
    );
    expect((await cli.run(["cookies", "list", ...DB, "--csv", "--json"])).status).toBe(2);
  });

  test("CSV without a row has its head, and JSON nothing", async () => {
    const cli = createFakeCli();
    expect((await cli.run(["cookies", "list", ...DB, "--csv"])).stdout).toMatch(/^oid,[a-z_,]+\r\n$/);
    expect((await cli.run(["cookies", "list", ...DB, "--json"])).stdout).toBe("");
  });

  test.each([[[]], [["--json"]], [["--csv"]]])(
    "%j show values only with --show-values (R-47)",
    async (form) => {
      const cli = createFakeCli();
      await put(cli, { value: `s3cret-${"x".repeat(100)}` });
      const plain = await cli.run(["cookies", "list", ...DB, ...form]);
      expect(plain.stdout + plain.stderr).not.toContain("s3cret");
      const shown = await cli.run(["cookies", "list", ...DB, ...form, "--show-values"]);
      expect(shown.stdout).toContain(`s3cret-${"x".repeat(100)}`);
    },
  );

  test("no page is read while nobody takes the last one", async () => {
    const cli = createFakeCli();
    let pages = 0;
    let drained = (): void => {};
    const stdout = {
      write: () => false,
      once: (_event: string, listener: () => void) => {
        drained = listener;
      },
      off: () => {},
      writable: true,
    };
    const list: CookieReader["list"] = () => {
      pages += 1;
      return {
        cookies: [],
        uses: new Map(),
        damaged: [{ oid: OID, error }],
        next: pages < 3 ? OID : undefined,
      };
    };
    const openCookieReader = async () => ({ ...cli.store.reader, list });
    const running = createFakeCli({ stdout, openCookieReader }).run([
      "cookies",
      "list",
      ...DB,
      "--state",
      "damaged",
    ]);
    for (const expected of [1, 2, 3]) {
      await waitFor("a page", () => pages === expected);
      // Turns of the loop in which it could read on, if it didn't wait.
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      expect(pages).toBe(expected);
      drained();
    }
    expect((await running).status).toBe(0);
  });

  test("--show-values warns on a terminal", async () => {
    const stdout = { write: () => true, once: () => {}, off: () => {}, writable: true, isTTY: true };
    const cli = createFakeCli({ stdout });
    const { oid } = await put(cli, {});
    for (const args of [["list"], ["show", oid]]) {
      const { stderr } = await cli.run(["cookies", ...args, ...DB, "--show-values"]);
      expect(stderr).toMatch(/^warning: values are secrets/);
    }
  });

  test("of a state that isn't valid say it in the place of the end", async () => {
    const cli = createFakeCli();
    await put(cli, { authid: "old", createdNs: 1n });
    await put(cli, { authid: "ever", maxAgeSeconds: undefined });
    await put(cli, { authid: undefined, authrole: undefined });
    const { stdout } = await cli.run(["cookies", "list", ...DB]);
    expect(stdout).toMatch(/ old .* \(expired\)$/m);
    expect(stdout).toMatch(/ ever .* for ever$/m);
    expect(stdout).toMatch(/ - .* \(no login\)$/m);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("records that can't be read", () => {
  async function damagedCli(count: number): Promise<FakeCli> {
    const cli = createFakeCli();
    await put(cli, {});
    return createFakeCli({
      openCookieReader: async () => ({
        ...cli.store.reader,
        close: async () => {},
        list: async (options) => ({
          ...(await cli.store.reader.list(options)),
          damaged: Array.from({ length: count }, () => ({ oid: OID, error })),
        }),
      }),
    });
  }

  test("are rows of --state damaged, which is then no fault", async () => {
    const cli = await damagedCli(2);
    const json = await cli.run(["cookies", "list", ...DB, "--state", "damaged", "--json"]);
    expect(json.status).toBe(0);
    expect(json.stdout).toBe(`{"oid":"${OID}","state":"damaged","code":"ERR_RECORD_INVALID"}\n`.repeat(2));
    const table = await cli.run(["cookies", "list", ...DB, "--state", "damaged"]);
    expect(table.stdout).toMatch(new RegExp(`^${OID} - +- +- +\\(damaged\\)$`, "m"));
    const csv = await cli.run(["cookies", "list", ...DB, "--state", "damaged", "--csv", "--show-values"]);
    const [head = "", row = ""] = csv.stdout.split("\r\n");
    expect(row.split(",")).toHaveLength(head.split(",").length);
  });

  test("are named up to a hundred, however many there are", async () => {
    const { status, stderr } = await (await damagedCli(5000)).run(["cookies", "list", ...DB, "--json"]);
    expect(status).toBe(1);
    const { error } = JSON.parse(stderr);
    expect(error.message).toContain("5000 not readable");
    expect(error.details.records).toHaveLength(100);
  });

  test("a fault that is no damage is no row", async () => {
    const cli = createFakeCli();
    const cookie = await put(cli, {});
    const broken = Object.create(cookie, {
      marshal: {
        value: () => {
          throw new TypeError("ours");
        },
      },
    });
    const limits = { maxLifetimeSeconds: undefined, idleSeconds: undefined };
    expect(() => toCookieRow(broken, undefined, limits, NOW_NS)).toThrow("ours");
  });
});

describe("cookies show", () => {
  test("says state and why, ends, device, last use and index, by argument, --oid and value", async () => {
    const cli = createFakeCli();
    const { oid } = await put(cli, {
      value: "s3cret-value",
      authenticatedTransportInfo: { peer: "tcp4:192.0.2.1:1", user_agent: "browser" },
    });
    const use = { lastUsedNs: NOW_NS - SECOND, peer: "tcp4:192.0.2.2:2" };
    await cli.store.writer.write((transaction) => transaction.putUse(oid, use));
    for (const args of [[oid], ["--oid", oid], ["--value-file", "-"]]) {
      const text = await cli.run(["cookies", "show", ...args, ...DB], { stdin: "s3cret-value" });
      expect(text.stderr).toBe("");
      expect(text.stdout).not.toContain("s3cret");
      expect(text.stdout).toMatch(/^authid +joe$/m);
      expect(text.stdout).toMatch(/^\(expires\) +2026-01-07T00:00:00Z$/m);
      expect(text.stdout).toMatch(/^\(state\) +valid: its time isn't over$/m);
      expect(text.stdout).toMatch(/^\(device\) +tcp4:192.0.2.1:1, browser$/m);
      expect(text.stdout).toMatch(/^\(last use\) +2025-12-31T23:59:59Z, tcp4:192.0.2.2:2$/m);
      expect(text.stdout).toMatch(/^\(index\) +by value: right; by user: right$/m);
    }
    const { stdout } = await cli.run(["cookies", "show", oid, ...DB, "--json", "--show-values"]);
    expect(JSON.parse(stdout)).toMatchObject({
      oid,
      value: "s3cret-value",
      state: "valid",
      last_used: (NOW_NS - SECOND).toString(),
      last_peer: "tcp4:192.0.2.2:2",
      peer: "tcp4:192.0.2.1:1",
      indexes: { value: "right" },
    });
  });

  test.each([
    [{ createdNs: 1n }, {}, /expired: older than its own max_age of 604800 s/],
    [{}, { maxLifetime: 60 }, /expired: older than the configured longest life of 60 s/],
    [{}, { idleTimeout: 60 }, /idle: not used within the configured idle time-out of 60 s/],
    [{ createdNs: NOW_NS + DAY }, {}, /from-future: made at a time that is still to come/],
    [{ authid: undefined }, {}, /unauthenticated: a tracking cookie/],
    [{ authrealm: undefined }, {}, /unauthenticated: it has no authrealm/],
  ])("of %p with %j says why it isn't valid", async (fields, limits, why) => {
    const cli = createFakeCli();
    const { oid } = await put(cli, fields);
    const { stdout } = await cli.run(["cookies", "show", oid, "--config", writeLifetimeConfig(limits)]);
    expect(stdout).toMatch(why);
  });

  test("says that LMDB without our tables has no index by user", async () => {
    const cli = createFakeCli();
    const { oid } = await put(cli, {});
    const bare = createFakeCli({
      openCookieReader: async () => ({
        ...cli.store.reader,
        marks: () => ({ clockNs: 0n, areValuesHashed: false, areIndexesExact: false }),
        close: async () => {},
      }),
    });
    const { stdout } = await bare.run(["cookies", "show", oid, ...DB]);
    expect(stdout).toContain("by user: none (no component with sessions has been here)");
  });

  test("says if the index of values doesn't lead to the record", async () => {
    const cli = createFakeCli();
    const { oid } = await put(cli, {});
    const other = await put(cli, {});
    for (const [found, text] of [
      [undefined, "missing"],
      [other, `leads to ${other.oid}`],
    ] as const) {
      const wrong = createFakeCli({
        openCookieReader: async () => ({
          ...cli.store.reader,
          findByValue: () => found,
          close: async () => {},
        }),
      });
      expect((await wrong.run(["cookies", "show", oid, ...DB])).stdout).toContain(`by value: ${text}`);
    }
  });

  test.each([[["s3cret"]], [["--oid", "s3cret"]], [["--oid=s3cret"]]])(
    "%j is refused and not quoted",
    async (args) => {
      const { status, stderr } = await createFakeCli().run(["cookies", "show", ...DB, ...args]);
      expect(status).toBe(2);
      expect(stderr).toContain("Expected a UUID");
      expect(stderr).not.toContain("s3cret");
    },
  );
});
