// What errors of ioredis and of the server mean.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CookieAuthenticatorError } from "../../../src/errors.js";
import { isHopeless, remedyOf, replyCode, toStoreError } from "../../../src/store/valkey/server-errors.js";

function reply(message: string): Error {
  const error = new Error(message);
  error.name = "ReplyError";
  return Object.assign(error, { command: { name: "evalsha", args: ["a record"] } });
}

function node(code: string): Error {
  return Object.assign(new Error(`${code} a record`), { code });
}

describe("replies of the server", () => {
  test.each([
    ["NOAUTH Authentication required.", "ERR_STORE_ACCESS", "reject"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "ERR_STORE_ACCESS", "reject"],
    ["NOPERM User wca has no permissions to run the 'get' command", "ERR_STORE_ACCESS", "reject"],
    ["DENIED Redis is running in protected mode", "ERR_STORE_ACCESS", "reject"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "ERR_STORE_FULL", "reject"],
    ["MISCONF Redis is configured to save RDB snapshots", "ERR_STORE_UNAVAILABLE", "reject"],
    ["NOREPLICAS Not enough good replicas to write.", "ERR_STORE_REPLICAS", "reject"],
    ["WRONGTYPE Operation against a key", "ERR_STORE_SERVER", "reject"],
    ["CROSSSLOT Keys in request don't hash to the same slot", "ERR_STORE_SERVER", "reject"],
    ["NOSCRIPT No matching script.", "ERR_STORE_UNAVAILABLE", "whole"],
    ["LOADING Redis is loading the dataset in memory", "ERR_STORE_UNAVAILABLE", "again"],
    ["BUSY Redis is busy running a script.", "ERR_STORE_UNAVAILABLE", "again"],
    ["ASK 100 127.0.0.1:7000", "ERR_STORE_UNAVAILABLE", "again"],
    ["TRYAGAIN Multiple keys request during rehashing of slot", "ERR_STORE_UNAVAILABLE", "again"],
    ["ERR max number of clients reached", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["ERR max number of clients + cluster connections reached", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["MASTERDOWN Link with MASTER is down", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["READONLY You can't write against a read only replica.", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["UNBLOCKED force unblock from blocking operation", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["MOVED 100 127.0.0.1:7000", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["CLUSTERDOWN The cluster is down", "ERR_STORE_UNAVAILABLE", "reconnect"],
    ["ERR unknown command 'EVALSHA_RO', with args beginning with: 'a record'", "ERR_STORE_SERVER", "reject"],
    ["ERR Error running script: OOM command not allowed", "ERR_STORE_FULL", "reject"],
    ["ERR user_script:7: Script attempted: a record", "ERR_STORE_SERVER", "reject"],
  ])("%s", (message, code, remedy) => {
    const error = reply(message);
    expect(remedyOf(error)).toBe(remedy);
    const told = toStoreError(error, "script x", "a:1");
    expect(told).toMatchObject({
      code,
      hint: expect.any(String),
      details: { operation: "script x", address: "a:1" },
    });
    expect(told.message).toContain("a:1");
  });

  test("a write that was refused for its replicas isn't made", () => {
    expect(toStoreError(reply("NOREPLICAS Not enough"), "x").details).toMatchObject({ isWritten: false });
  });

  test("a script's fault has its line", () => {
    expect(toStoreError(reply("ERR user_script:7: nil value"), "x").details).toMatchObject({ line: 7 });
  });
});

describe("what can't be made into a command", () => {
  test.each([
    ["RangeError", RangeError],
    ["TypeError", TypeError],
  ])("%s ends its operation alone", (_name, Fault) => {
    const error = new Fault("a record");
    expect(remedyOf(error)).toBe("reject");
    const told = toStoreError(error, "script x", "a:1");
    expect(told).toMatchObject({ code: "ERR_STORE_SERVER", hint: expect.stringContaining("report") });
    expect(told.message).not.toContain("record");
  });

  test("a port that is none is the connection's", () => {
    const error = Object.assign(new RangeError("port"), { code: "ERR_SOCKET_BAD_PORT" });
    expect(remedyOf(error)).toBe("reconnect");
    expect(toStoreError(error, "the connection").code).toBe("ERR_STORE_UNAVAILABLE");
  });
});

describe("errors of connections", () => {
  test.each(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENOTFOUND", "EPIPE"])(
    "%s is tried again",
    (code) => {
      expect(remedyOf(node(code))).toBe("reconnect");
      const error = toStoreError(node(code), "the connection", "a:1");
      expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining(code) });
      expect(isHopeless(error)).toBe(false);
    },
  );

  test.each([
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  ])("%s can't be mended by trying", (code) => {
    const error = toStoreError(node(code), "the connection", "a:1");
    expect(error).toMatchObject({ code: "ERR_STORE_ACCESS", hint: expect.stringContaining("store.tls") });
    expect(isHopeless(error)).toBe(true);
  });

  test("an error of ours stays as it is", () => {
    const error = new CookieAuthenticatorError("ERR_STORE_SERVER", "too old");
    expect(toStoreError(error, "x")).toBe(error);
    expect(remedyOf(error)).toBe("reject");
  });
});

test("nothing of an error's text is handed on but its first word", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, isReply) => {
      const secret = `<${text}#secret#`;
      const error = isReply ? reply(secret) : new Error(secret);
      const told = toStoreError(error, "x", "a:1");
      expect(JSON.stringify(told, Object.getOwnPropertyNames(told))).not.toContain("#secret#");
      expect(told.cause).toBeUndefined();
      expect(replyCode(error)).toBe("");
    }),
  );
});
