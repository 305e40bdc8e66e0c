// The level of a log changes with all its children, those that come later too.

import { describe, expect, test } from "@jest/globals";
import { setLogLevel } from "../../src/log/log-level.js";
import { createLog } from "../../src/log/logger.js";

function collect(level: string) {
  const written: string[] = [];
  const log = createLog({ level }, { write: (line) => void written.push(JSON.parse(line).msg) });
  return { log, written };
}

describe("setLogLevel", () => {
  test.each<["trace" | "debug"]>([["debug"], ["trace"]])(
    "down to %s: child and grandchild follow",
    (level) => {
      const { log, written } = collect("info");
      const child = log.child({ router: "a" });
      const grandchild = child.child({ realm: "realm1" });
      for (const one of [log, child, grandchild]) one.debug("before");
      setLogLevel(log, level);
      log.debug("log");
      child.debug("child");
      grandchild.debug("grandchild");
      child.child({}).debug("a child made later");
      expect(written).toEqual(["log", "child", "grandchild", "a child made later"]);
      expect(grandchild.isLevelEnabled("trace")).toBe(level === "trace");
    },
  );

  test("up again, and to silent", () => {
    const { log, written } = collect("debug");
    const child = log.child({ router: "a" });
    setLogLevel(log, "error");
    child.warn("no");
    child.error("yes");
    setLogLevel(log, "silent");
    child.fatal("no");
    log.fatal("no");
    expect(written).toEqual(["yes"]);
  });

  test("another log stays as it is", () => {
    const [one, other] = [collect("info"), collect("info")];
    const child = other.log.child({});
    setLogLevel(one.log, "silent");
    child.info("yes");
    expect(other.written).toEqual(["yes"]);
  });
});
