// The cookies commands on a store in memory.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { createFakeCli, type FakeCli, NOW_NS } from "./fake-context.js";

const OID = "00000000-0000-4000-8000-000000000000";
const DB = ["--db", "/db"];
const ADD = ["cookies", "add", ...DB, "--authid", "joe", "--authrole", "user", "--authrealm", "realm1"];

async function add(cli: FakeCli, value: string, authid = "joe"): Promise<string> {
  const args = ["cookies", "add", ...DB, "--authid", authid, "--authrole", "user", "--authrealm", "realm1"];
  const { stdout } = await cli.run([...args, "--value-file", "-", "--json"], { stdin: value });
  return JSON.parse(stdout).oid;
}

function writeFile(text: string | Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), "cli-test-")), "file");
  writeFileSync(file, text);
  return file;
}

describe("cookies add", () => {
  test("prints the record with its value, this once", async () => {
    const cli = createFakeCli();
    const { status, stdout, stderr } = await cli.run([...ADD, "--authextra", '{"team": "blue"}', "--json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({
      value: "v".repeat(24),
      name: "cbtid",
      authid: "joe",
      authrole: "user",
      authrealm: "realm1",
      authmethod: "cookie",
      authextra: { team: "blue" },
      max_age: 604_800,
      created: NOW_NS.toString(),
      authenticated: NOW_NS.toString(),
    });
    expect((await cli.store.reader.findByOid(record.oid))?.value).toBe("v".repeat(24));
    expect(cli.opened).toEqual(["write /db 1073741824"]);
    expect(cli.closed).toBe(1);
  });

  test("for people has the value once, and says so", async () => {
    const { stdout, stderr } = await createFakeCli().run(ADD);
    expect(stdout.split("v".repeat(24))).toHaveLength(2);
    expect(stdout).toMatch(/^authid +joe$/m);
    expect(stdout).toMatch(/^\(expires\) +2026-01-08T00:00:00Z$/m);
    expect(stderr).toBe("note: the value is a secret and isn't shown again\n");
  });

  test("where values are hashed at rest, stores the hash and prints what a client presents (S-07)", async () => {
    const store = createMemoryStore({ hashValues: true });
    const cli = createFakeCli({ openCookieStore: async () => ({ ...store, close: async () => {} }) });
    const record = JSON.parse((await cli.run([...ADD, "--json"])).stdout);
    expect(record.value).toBe("v".repeat(24));
    expect((await store.reader.findByValue(record.value))?.oid).toBe(record.oid);
    expect((await store.reader.findByOid(record.oid))?.value).toMatch(/^[\w-]{43}$/);
    expect((await cli.run(ADD)).stderr).toContain("ERR_COOKIE_VALUE_TAKEN");
  });

  test("takes store, name and length from a configuration", async () => {
    const file = writeFile(
      JSON.stringify({
        store: { path: "cookies", maxSize: 1_048_576 },
        cookie: { name: "sid", valueLength: 32 },
        routers: [
          {
            url: "ws://127.0.0.1",
            realm: "realm1",
            auth: { method: "ticket", authid: "a", secret: { env: "UNSET" } },
            procedure: "com.example.authenticate",
          },
        ],
      }),
    );
    const cli = createFakeCli();
    const args = ADD.map((arg) => (arg === "--db" ? "--config" : arg === "/db" ? file : arg));
    const { stdout } = await cli.run([...args, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ name: "sid", value: "v".repeat(32) });
    expect(cli.opened).toEqual([`write ${join(file, "..", "cookies")} 1048576`]);
  });

  test("refuses a value that another cookie has", async () => {
    const cli = createFakeCli();
    await add(cli, "same-value");
    const { status, stderr } = await cli.run([...ADD, "--value-file", "-"], { stdin: "same-value" });
    expect(status).toBe(1);
    expect(stderr).toContain("ERR_COOKIE_VALUE_TAKEN");
    expect(stderr).not.toContain("same-value");
    expect(cli.closed).toBe(2);
  });

  test.each([
    ["--authextra", "[1]", "Expected a JSON object"],
    ["--authextra", "{", "Expected a JSON object"],
    ["--max-age", "0", "Expected a whole number from 1 to 34560000"],
    ["--max-age", "1e3", "Expected a whole number"],
    ["--authid", "", "Expected text that isn't empty"],
  ])("refuses %s %j", async (option, text, expected) => {
    const { status, stderr } = await createFakeCli().run([...ADD, option, text]);
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });

  test("refuses to write where the configuration says read-only", async () => {
    const router = { url: "ws://[::1]", realm: "r", auth: { method: "anonymous" }, procedure: "a.b" };
    const file = writeFile(JSON.stringify({ store: { path: "x", readOnly: true }, routers: [router] }));
    const cli = createFakeCli();
    const { status, stderr } = await cli.run(["cookies", "remove", "--config", file, "--oid", OID]);
    expect(status).toBe(2);
    expect(stderr).toContain("store.readOnly is true");
    expect(cli.opened).toEqual([]);
  });
});

describe("a value (R-47)", () => {
  test.each([
    ["with a space", "se cret"],
    ["with a quote", 'se"cret'],
    ["with a comma", "se,cret"],
    ["with a semicolon", "se;cret"],
    ["with a backslash", "se\\cret"],
    ["not ASCII", "secrét"],
    ["empty", "\n"],
    ["two lines", "secret\nsecret\n"],
    ["over 509 bytes", "secret".repeat(100)],
    ["endless", "secret".repeat(100_000)],
  ])("%s is refused and not quoted", async (_name, stdin) => {
    for (const json of [[], ["--json"]]) {
      const { status, stderr, stdout } = await createFakeCli().run(
        ["cookies", "get", ...DB, "--value-file", "-", ...json],
        { stdin },
      );
      expect(status).toBe(2);
      expect(stderr).toContain("standard input holds no cookie value");
      expect(stderr + stdout).not.toMatch(/secr/);
    }
  });

  test.each([
    [["cookies", "get", ...DB, "--value=s3cret"]],
    [["cookies", "get", ...DB, "--value", "s3cret"]],
    [["cookies", "get", ...DB, "s3cret"]],
    [["cookies", "get", ...DB, "--oid", "s3cret"]],
    [["cookies", "remove", ...DB, "--oid=s3cr'et s3cret"]],
    [["cookies", "get", ...DB, "--value-file", "s3cret"]],
  ])("as an argument is refused and not quoted: %j", async (args) => {
    const { status, stderr } = await createFakeCli().run(args);
    expect(status).toBe(2);
    expect(stderr).toContain("ERR_ARGUMENT");
    expect(stderr).not.toContain("s3cr");
  });

  test("of 509 bytes with a newline is taken, from a file too", async () => {
    const cli = createFakeCli();
    const value = "x".repeat(509);
    const oid = await add(cli, `${value}\r\n`);
    const { stdout } = await cli.run([
      "cookies",
      "get",
      ...DB,
      "--value-file",
      writeFile(`${value}\n`),
      "--json",
    ]);
    expect(JSON.parse(stdout).oid).toBe(oid);
  });

  test("is in no output of get, list and remove", async () => {
    const cli = createFakeCli();
    const oid = await add(cli, "s3cret-value");
    for (const args of [["get", "--oid", oid], ["list"], ["remove", "--oid", oid]]) {
      for (const json of args[0] === "remove" ? [[]] : [[], ["--json"]]) {
        const { status, stdout, stderr } = await cli.run(["cookies", ...args, ...DB, ...json]);
        expect(status).toBe(0);
        expect(stdout).toContain(oid);
        expect(stdout + stderr).not.toContain("s3cret");
      }
    }
  });
});

describe("cookies get and remove", () => {
  test.each(["get", "remove"])("%s ends with 3 if there is no such cookie", async (command) => {
    const cli = createFakeCli();
    const byOid = await cli.run(["cookies", command, ...DB, "--oid", OID]);
    expect(byOid).toMatchObject({ status: 3, stdout: "" });
    expect(byOid.stderr).toBe(
      `error: no cookie has the oid ${OID}\nhint: \`cookies list\` shows all cookies\ncode: ERR_COOKIE_NOT_FOUND\n`,
    );
    const byValue = await cli.run(["cookies", command, ...DB, "--value-file", "-", "--json"], {
      stdin: "s3cret",
    });
    expect(byValue.status).toBe(3);
    expect(JSON.parse(byValue.stderr)).toMatchObject({
      error: { code: "ERR_COOKIE_NOT_FOUND", message: "no cookie has this value" },
    });
    expect(cli.closed).toBe(2);
  });

  test("remove by value removes record and index", async () => {
    const cli = createFakeCli();
    const oid = await add(cli, "value-1");
    const { stdout } = await cli.run(["cookies", "remove", ...DB, "--value-file", "-", "--json"], {
      stdin: "value-1\n",
    });
    expect(JSON.parse(stdout)).toEqual({ removed: oid });
    expect(await cli.store.reader.findByValue("value-1")).toBeUndefined();
  });

  test.each([
    [["cookies", "get", ...DB], "expected either --oid OID or --value-file FILE"],
    [
      ["cookies", "get", ...DB, "--oid", OID, "--value-file", "-"],
      "expected either --oid OID or --value-file FILE",
    ],
    [["cookies", "list"], "expected either --db PATH or --config FILE"],
    [["cookies", "list", ...DB, "--config", "c.json"], "expected either --db PATH or --config FILE"],
  ])("%j is wrong usage", async (args, message) => {
    const { status, stderr } = await createFakeCli().run(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("cookies list", () => {
  test("has 80 columns, and no terminal escapes of stored text (R-55)", async () => {
    const cli = createFakeCli();
    await add(cli, "value-1", "\u001b[2Jan-authid-that-is-long\nnext");
    const { stdout } = await cli.run(["cookies", "list", ...DB]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^OID +AUTHID +AUTHROLE +AUTHREALM VALID UNTIL$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\u001b");
  });

  test("as JSON is one record a line, filtered and limited", async () => {
    const cli = createFakeCli();
    for (let i = 0; i < 3; i++) await add(cli, `value-${i}`, i === 1 ? "ann" : "joe");
    const all = await cli.run(["cookies", "list", ...DB, "--json"]);
    expect(
      all.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).authid),
    ).toHaveLength(3);
    const ann = await cli.run(["cookies", "list", ...DB, "--authid", "ann", "--json"]);
    expect(JSON.parse(ann.stdout)).toMatchObject({ authid: "ann" });
    const one = await cli.run(["cookies", "list", ...DB, "--limit", "1", "--json"]);
    expect(one.stdout.trimEnd().split("\n")).toHaveLength(1);
    const none = await cli.run(["cookies", "list", ...DB, "--authid", "nobody", "--json"]);
    expect(none).toMatchObject({ status: 0, stdout: "" });
  });

  test("goes on over several pages", async () => {
    const cli = createFakeCli();
    await cli.store.writer.write((transaction) => {
      for (let i = 0; i < 1100; i++) {
        const oid = `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;
        transaction.put({ oid, createdNs: 1n, value: `value-${i}` });
      }
    });
    const { stdout } = await cli.run(["cookies", "list", ...DB]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1101);
    const json = await cli.run(["cookies", "list", ...DB, "--json", "--limit", "1050"]);
    expect(json.stdout.trimEnd().split("\n")).toHaveLength(1050);
  });

  test("stops reading the database when the pipe is closed", async () => {
    const cli = createFakeCli();
    let pages = 0;
    const { status } = await createFakeCli({
      stdout: { write: () => true, once: () => {}, off: () => {}, writable: false },
      openCookieReader: async () => ({
        ...cli.store.reader,
        list: () => {
          pages++;
          return { cookies: [], uses: new Map(), damaged: [], next: OID };
        },
      }),
    }).run(["cookies", "list", ...DB]);
    expect({ status, pages }).toEqual({ status: 0, pages: 1 });
  });

  test("prints the readable records and ends with 1 if others are damaged", async () => {
    const { CookieAuthenticatorError } = await import("../../src/errors.js");
    const cli = createFakeCli();
    await add(cli, "value-1");
    const error = new CookieAuthenticatorError("ERR_RECORD_INVALID", "not a valid cookie record");
    const { reader } = cli.store;
    const damagedCli = createFakeCli({
      openCookieReader: async () => ({
        ...reader,
        list: async (options) => ({ ...(await reader.list(options)), damaged: [{ oid: OID, error }] }),
      }),
    });
    const { status, stdout, stderr } = await damagedCli.run(["cookies", "list", ...DB, "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ authid: "joe" });
    expect(JSON.parse(stderr).error).toMatchObject({
      code: "ERR_RECORD_INVALID",
      message: `1 not readable: ${OID}`,
      details: { records: [{ oid: OID, code: "ERR_RECORD_INVALID" }] },
    });
  });
});
