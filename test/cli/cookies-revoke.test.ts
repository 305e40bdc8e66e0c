// cookies revoke and purge on a store in memory: who is meant, what is asked, what an interruption leaves.

import { describe, expect, test } from "@jest/globals";
import type { CliContext } from "../../src/cli/cli-context.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { Cookie, CookieFields } from "../../src/record/cookie.js";
import { makeFields } from "../store/conformance.js";
import { createFakeCli, type FakeCli, NOW_NS } from "./fake-context.js";
import { writeLifetimeConfig } from "./lifetime-config.js";

const REVOKE = ["cookies", "revoke", "--db", "/db"];
const PURGE = ["cookies", "purge", "--db", "/db"];
const OID = "00000000-0000-4000-8000-000000000000";
const DAY = 86_400n * 1_000_000_000n;

function put(cli: FakeCli, fields: Partial<CookieFields> = {}): Promise<Cookie> {
  return cli.store.writer.write((transaction) =>
    transaction.put(makeFields({ createdNs: NOW_NS - DAY, ...fields })),
  );
}

async function left(cli: FakeCli): Promise<string[]> {
  const { cookies } = await cli.store.reader.list({ limit: 10_000 });
  return cookies.map(({ authid }) => authid ?? "-").sort();
}

/** joe twice, of them one expired; ann; a tracking cookie. */
async function scene(changes: Partial<CliContext> = {}): Promise<FakeCli> {
  const cli = createFakeCli(changes);
  await put(cli, { authid: "joe" });
  await put(cli, { authid: "joe", createdNs: NOW_NS - 9n * DAY });
  await put(cli, { authid: "ann", authrealm: "realm2" });
  await put(cli, { authid: undefined, authrole: undefined, authrealm: undefined });
  return cli;
}

describe("cookies revoke", () => {
  test("names records that can't be read, as a whole or in a field", async () => {
    const broken = await scene();
    const { reader, writer } = broken.store;
    const bad = await put(broken, { authid: "bad" });
    const error = new CookieAuthenticatorError("ERR_RECORD_INVALID", "broken");
    const cli = createFakeCli({
      openCookieStore: async () => ({
        ...broken.store,
        writer,
        reader: {
          ...reader,
          async list(options) {
            const page = await reader.list(options);
            for (const cookie of page.cookies.filter(({ oid }) => oid === bad.oid)) {
              Object.defineProperty(cookie, "authrealm", {
                configurable: true,
                get: () => {
                  throw error;
                },
              });
            }
            return { ...page, damaged: [{ oid: OID, error }] };
          },
        },
        close: async () => {},
      }),
    });
    const { status, stdout, stderr } = await cli.run([...REVOKE, "--all", "--yes"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "revoked 3 sessions\n" });
    expect(stderr).toMatch(/^warning: 2 records that can't be read are left: /);
    expect(stderr).toContain(OID);
    expect(stderr).toContain(bad.oid);
    expect(await left(broken)).toEqual(["-", "bad"]);
  });

  test.each([
    [["--authid", "joe"], 2, ["-", "ann"]],
    [["--realm", "realm2"], 1, ["-", "joe", "joe"]],
    [["--state", "expired"], 1, ["-", "ann", "joe"]],
    [["--older-than", "7d"], 1, ["-", "ann", "joe"]],
    [["--newer-than", "7d"], 2, ["-", "joe"]],
    [["--state", "unauthenticated"], 1, ["ann", "joe", "joe"]],
    [["--all"], 3, ["-"]],
    [["--authid", "nobody"], 0, ["-", "ann", "joe", "joe"]],
  ])("%j ends %d sessions, and no others", async (args, count, rest) => {
    const cli = await scene();
    const json = await cli.run([...REVOKE, ...args, "--yes", "--json"]);
    expect(json).toEqual({ status: 0, stdout: `{"revoked":${count}}\n`, stderr: "" });
    expect(await left(cli)).toEqual(rest);
    expect(cli.closed).toBe(1);
  });

  test("by state looks at the last use again in the transaction: what was used meanwhile stays", async () => {
    const cli = createFakeCli();
    const [used, unused] = [await put(cli, { authid: "used" }), await put(cli, { authid: "unused" })];
    const config = writeLifetimeConfig({ idleTimeout: 3600 });
    let isAsked = false;
    const asking = createFakeCli({
      openCookieStore: async () => ({ ...cli.store, close: async () => {} }),
      ask: async (question) => {
        isAsked = question.startsWith("revoke 2 sessions of state idle?");
        await cli.store.writer.write((transaction) => transaction.putUse(used.oid, { lastUsedNs: NOW_NS }));
        return "y";
      },
    });
    const { stdout } = await asking.run(["cookies", "revoke", "--config", config, "--state", "idle"]);
    expect({ stdout, isAsked }).toEqual({ stdout: "revoked 1 session\n", isAsked: true });
    expect(await left(cli)).toEqual(["used"]);
    expect(await cli.store.reader.findByOid(unused.oid)).toBeUndefined();
  });

  test("by oid ends these, a tracking cookie too; one that isn't there ends with 3", async () => {
    const cli = await scene();
    const { cookies } = await cli.store.reader.list({ limit: 10 });
    const oids = cookies
      .filter(({ authid }) => authid !== "joe")
      .flatMap(({ oid }) => ["--oid", oid, "--oid", oid]);
    expect(await cli.run([...REVOKE, ...oids, "--yes"])).toEqual({
      status: 0,
      stdout: "revoked 2 sessions\n",
      stderr: "",
    });
    const [joe = ""] = (await cli.store.reader.list({ limit: 1 })).cookies.map(({ oid }) => oid);
    const gone = await cli.run([...REVOKE, "--oid", OID, "--oid", joe, "--yes"]);
    expect(gone).toMatchObject({ status: 3, stdout: "revoked 1 session\n" });
    expect(gone.stderr).toContain("one of the oids was not revoked: not there, or not readable");
    expect(await left(cli)).toEqual(["joe"]);
  });

  test.each([
    [[], "expected --oid, a filter such as --authid, or --all"],
    [["--oid", OID, "--authid", "joe"], "exclude each other"],
    [["--all", "--authid", "joe"], "exclude each other"],
    [["--state", "damaged"], "damaged records can't be judged"],
  ])("%j is wrong usage, and ends nobody", async (args, message) => {
    const cli = await scene();
    const { status, stderr } = await cli.run([...REVOKE, ...args, "--yes"]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(await left(cli)).toHaveLength(4);
  });

  test("a dry run prints what would go, and opens nothing for writing", async () => {
    const cli = await scene();
    const text = await cli.run([...REVOKE, "--authid", "joe", "--dry-run"]);
    expect(text.status).toBe(0);
    expect(text.stdout.match(/ joe /g)).toHaveLength(2);
    expect(text.stderr).toBe("dry run: would revoke 2 sessions of authid joe; nothing was changed\n");
    const json = await cli.run([...REVOKE, "--all", "--dry-run", "--json"]);
    expect(
      json.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).authid),
    ).toHaveLength(3);
    expect(cli.opened).toEqual(["read /db", "read /db"]);
    expect(await left(cli)).toHaveLength(4);
  });

  test("without a terminal it needs --yes", async () => {
    const cli = await scene();
    const { status, stderr } = await cli.run([...REVOKE, "--authid", "joe"]);
    expect(status).toBe(2);
    expect(stderr).toContain("there is no terminal to ask on");
    expect(cli.opened).toEqual([]);
  });

  test.each([
    ["y", 0, 1],
    ["Yes\n", 0, 1],
    ["", 130, 3],
    ["n", 130, 3],
    ["yellow", 130, 3],
  ])("asks with a count; the answer %j ends with %d", async (answer, status, sessions) => {
    const questions: string[] = [];
    const cli = await scene({
      ask: async (question) => {
        questions.push(question);
        return answer;
      },
    });
    const ended = await cli.run([...REVOKE, "--authid", "joe"]);
    expect(questions).toEqual(["revoke 2 sessions of authid joe? [y/N] "]);
    expect(ended.status).toBe(status);
    if (status !== 0) expect(ended.stderr).toContain("not confirmed: nothing was revoked");
    expect((await left(cli)).filter((authid) => authid !== "-")).toHaveLength(sessions);
  });

  test("asks nothing if nobody is meant, and no terminal escapes (R-55)", async () => {
    const questions: string[] = [];
    const ask = async (question: string): Promise<string> => {
      questions.push(question);
      return "";
    };
    const cli = await scene({ ask });
    expect(await cli.run([...REVOKE, "--authid", "nobody"])).toMatchObject({
      status: 0,
      stdout: "revoked 0 sessions\n",
    });
    await put(cli, { authid: "\u001b[2J" });
    await cli.run([...REVOKE, "--authid", "\u001b[2J"]);
    expect(questions).toEqual(["revoke 1 session of authid \\u{1b}[2J? [y/N] "]);
  });

  test("Ctrl-C at the question changes nothing", async () => {
    let interrupt = (): void => {};
    const cli = await scene({
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => {};
      },
      ask: (_question, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          interrupt();
        }),
    });
    const { status, stderr } = await cli.run([...REVOKE, "--all"]);
    expect(status).toBe(130);
    expect(stderr).toContain("interrupted: nothing was revoked");
    expect(await left(cli)).toHaveLength(4);
  });

  test("Ctrl-C between two batches says how far it got; running it again does the rest", async () => {
    const cli = createFakeCli();
    await cli.store.writer.write((transaction) => {
      for (let n = 0; n < 200; n += 1) transaction.put(makeFields({ createdNs: NOW_NS }));
    });
    let released = 0;
    let batches = 0;
    const interrupted = createFakeCli({
      onInterrupt: (listener) => {
        interruptAll = listener;
        return () => {
          released += 1;
        };
      },
      openCookieStore: async () => ({
        ...cli.store,
        writer: {
          write: async (change) => {
            const result = await cli.store.writer.write(change);
            batches += 1;
            if (batches === 2) interruptAll();
            return result;
          },
        },
        close: async () => {},
      }),
    });
    let interruptAll = (): void => {};
    const { status, stderr, stdout } = await interrupted.run([...REVOKE, "--all", "--yes"]);
    const gone = 200 - (await left(cli)).length;
    expect({ status, stdout, released, batches }).toEqual({
      status: 130,
      stdout: "",
      released: 1,
      batches: 2,
    });
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThan(200);
    expect(stderr).toContain(`interrupted: revoked ${gone} sessions`);
    expect(stderr).toContain("run it again for the rest");
    expect((await cli.run([...REVOKE, "--all", "--yes", "--json"])).stdout).toBe(
      `{"revoked":${200 - gone}}\n`,
    );
    expect(await left(cli)).toEqual([]);
  });
});

describe("cookies purge", () => {
  test("deletes what has expired, and counts it first with --dry-run", async () => {
    const cli = await scene();
    expect(await cli.run([...PURGE, "--dry-run"])).toEqual({
      status: 0,
      stdout: "dry run: would purge 1 record\n",
      stderr: "",
    });
    expect((await cli.run([...PURGE, "--dry-run", "--json"])).stdout).toBe('{"wouldPurge":1}\n');
    expect(cli.opened).toEqual(["read /db", "read /db"]);
    expect(await left(cli)).toHaveLength(4);
    expect((await cli.run([...PURGE, "--json"])).stdout).toBe('{"purged":1}\n');
    expect(await cli.run(PURGE)).toEqual({ status: 0, stdout: "purged 0 records\n", stderr: "" });
    expect(await left(cli)).toEqual(["-", "ann", "joe"]);
  });

  test("is interrupted between two batches", async () => {
    const cli = createFakeCli({
      onInterrupt: (listener) => {
        listener();
        return () => {};
      },
    });
    await put(cli, { createdNs: 1n });
    const { status, stderr } = await cli.run(PURGE);
    expect(status).toBe(130);
    expect(stderr).toContain("interrupted: purged 0 records");
    expect(await left(cli)).toHaveLength(1);
  });
});

test("a bar on a terminal, plain lines elsewhere", async () => {
  let written = "";
  const stderr = {
    write: (text: string) => {
      written += text;
      return true;
    },
    once: () => {},
    off: () => {},
    writable: true,
    isTTY: true,
  };
  const cli = await scene({ stderr, ask: async () => "y" });
  await cli.run([...REVOKE, "--all"]);
  expect(written).toContain("revoking [");
  expect(written).toContain("3/3");
  // No colours, with or without NO_COLOR.
  expect(written.includes("\u001b[3")).toBe(false);
  written = "";
  const dumb = await scene({ stderr, env: { TERM: "dumb" }, ask: async () => "y" });
  await dumb.run([...REVOKE, "--all"]);
  expect(written).toBe("");
});
