// The logger: levels, both forms, and the second net under the secrets.

import { describe, expect, test } from "@jest/globals";
import { createLog, createSilentLog } from "../../src/log/logger.js";

function collect(options: Parameters<typeof createLog>[0]) {
  const written: string[] = [];
  const log = createLog(options, {
    write(line: string) {
      written.push(line);
    },
  });
  return { log, written };
}

describe("createLog", () => {
  test("JSON lines at level info if nothing else is said; times in UTC", () => {
    const { log, written } = collect({});
    log.debug("not this");
    log.info({ oid: "x" }, "this");
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0] ?? "")).toMatchObject({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      oid: "x",
      msg: "this",
    });
  });

  test("the level can be chosen", () => {
    const { log, written } = collect({ level: "error" });
    log.warn("not this");
    log.error("this");
    expect(written).toHaveLength(1);
  });

  test("the readable form goes to any destination, line by line and at once", () => {
    const { log, written } = collect({ format: "pretty" });
    log.info({ oid: "x", nested: { a: 1 } }, "this");
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: this\n {4}oid: "x"\n/);
    expect(written[0]).not.toMatch(/pid|hostname/);
  });

  test.each<["json" | "pretty"]>([["json"], ["pretty"]])(
    "R-47 as %s: secrets that slip in are masked",
    (format) => {
      const { log, written } = collect({ format });
      const secrets = {
        ticket: "s3cret",
        secret: "s3cret",
        value: "s3cret",
        cookieValue: "s3cret",
        privateKey: "s3cret",
      };
      log.info({ ...secrets, login: secrets, router: { ticket: "s3cret" } }, "x");
      log.child({ secret: "s3cret" }).info("x");
      const text = written.join("");
      expect(text).toContain("[secret]");
      // `value` and `cookieValue` are names that others use for what is no secret: masked at the top only.
      expect(text.match(/s3cret/g)).toHaveLength(2);
    },
  );

  test.each<["json" | "pretty"]>([["json"], ["pretty"]])(
    "R-55 as %s: fields stay on their lines",
    (format) => {
      const { log, written } = collect({ format });
      log.info({ text: "a\nb\u001b[31m" }, "x");
      expect(written.join("")).not.toContain("\u001b");
      expect(written.join("")).toContain('"a\\nb\\u001b[31m"');
    },
  );
});

test("createSilentLog writes nothing", () => {
  const log = createSilentLog();
  expect(log.isLevelEnabled("fatal")).toBe(false);
});
