// Faults of one server and of the line to it, under load.

import { afterEach, expect, jest, test } from "@jest/globals";
import type { ValkeyOptions } from "../../../src/store/valkey/valkey-options.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import {
  expectHonesty,
  expectTruth,
  type FaultReport,
  noteFigures,
  underFault,
} from "../../support/valkey-faults.js";
import type { Load } from "../../support/valkey-load.js";
import { type Line, openLine } from "../../support/valkey-proxy.js";
import {
  findServers,
  serverMissing,
  startServer,
  stopServers,
  type ValkeyServer,
} from "../../support/valkey-server.js";

jest.setTimeout(60_000);

const TIMEOUT_MS = 1000;
const [found] = findServers();

describeUnless(serverMissing(), `faults of one server (${found?.name} ${found?.version})`, () => {
  afterEach(stopServers);

  const run = async (
    name: string,
    args: readonly string[],
    fault: (server: ValkeyServer, load: Load, line: Line) => Promise<void>,
    login?: ValkeyOptions["login"],
  ): Promise<FaultReport> => {
    const server = await startServer({ binary: found?.binary, args });
    const line = await openLine(server);
    try {
      const report = await underFault(
        {
          servers: [{ host: line.host, port: line.port }],
          topology: { kind: "single" },
          prefix: "wca",
          timeoutMs: TIMEOUT_MS,
          login,
        },
        (load) => fault(server, load, line),
      );
      noteFigures(`one server, ${found?.name} ${found?.version}: ${name}`, report);
      return report;
    } finally {
      await line.close();
    }
  };

  test("killed and started again, with AOF", async () => {
    const report = await run("killed, AOF", ["--appendonly", "yes"], async (server, load) => {
      await server.kill();
      await load.fails("look-up");
      await server.restart();
    });
    expectTruth(report);
  });

  test("killed and started again without persistence: everybody is logged out", async () => {
    const report = await run("killed, no persistence", [], async (server) => {
      await server.kill();
      await server.restart();
    });
    expectHonesty(report);
    expect(report.loss.logins).toBeGreaterThan(0);
    expect(report.loss.logouts).toBe(0);
  });

  test("frozen and thawed", async () => {
    const report = await run("frozen", [], async (server, load) => {
      server.freeze();
      await load.fails("look-up");
      await load.fails("logout");
      server.thaw();
    });
    expectTruth(report);
  });

  test("the line is cut, and nobody is told", async () => {
    const report = await run("line cut", [], async (_server, load, line) => {
      line.cut();
      await load.fails("look-up");
      await load.fails("logout");
      line.heal();
    });
    expectTruth(report);
  });

  test("connections are refused", async () => {
    const report = await run("line refused", [], async (_server, load, line) => {
      line.refuse();
      await load.fails("look-up");
      await load.fails("logout");
      line.heal();
    });
    expectTruth(report);
  });

  test("connections are reset again and again: a commit whose answer is lost is made once", async () => {
    const report = await run("connections reset", [], async (_server, load, line) => {
      for (let n = 0; n < 10; n += 1) {
        line.refuse();
        line.heal();
        await load.goesOn();
      }
    });
    expectTruth(report);
    expect(Object.values(report.tallies).map(({ failed }) => failed)).toEqual([{}, {}, {}]);
  });

  test("slow with writes: look-ups aren't held up", async () => {
    const report = await run("writes paused", [], async (server, load) => {
      const admin = server.client();
      await admin.call("CLIENT", "PAUSE", 60_000, "WRITE");
      await load.fails("login");
      await load.goesOn(["look-up"]);
      await admin.call("CLIENT", "UNPAUSE");
    });
    expectTruth(report);
    expect(report.tallies["look-up"].failed).toEqual({});
  });

  test("full: nobody logs in, look-ups and logouts go on", async () => {
    const report = await run("full", [], async (server, load) => {
      const admin = server.client();
      await admin.config("SET", "maxmemory", "1");
      await load.fails("login");
      await load.goesOn(["look-up", "logout"]);
      await admin.config("SET", "maxmemory", "0");
    });
    expectTruth(report, ["ERR_STORE_FULL"]);
    expect(report.tallies["look-up"].failed).toEqual({});
    expect(report.tallies.logout.failed).toEqual({});
  });

  test("the rights of our user are taken away and given back: a fault, and no denial", async () => {
    const rights = ["--user default on nopass ~* &* +@all", "--user wca on >secret ~* &* +@all"];
    const args = rights.flatMap((line) => line.split(" "));
    const report = await run(
      "rights taken away",
      args,
      async (server, load) => {
        const admin = server.client();
        await admin.call("ACL", "SETUSER", "wca", "resetkeys");
        await load.fails("look-up");
        await load.fails("login");
        await admin.call("ACL", "SETUSER", "wca", "~*");
      },
      { username: "wca", password: "secret" },
    );
    expectTruth(report, ["ERR_STORE_ACCESS"]);
  });
});
