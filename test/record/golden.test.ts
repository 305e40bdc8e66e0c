// The golden records: read as cfxdb reads them, and built again with the same bytes.

import { describe, expect, test } from "@jest/globals";
import { ByteBuffer } from "flatbuffers";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie } from "../../src/record/cookie.js";
import { Cookie as CookieTable } from "../../src/record/generated/cookie.js";
import { uuidFromBytes } from "../../src/record/uuid.js";
import { fieldsFromJson } from "../support/cookie-json.js";
import { readGoldenDump, readGoldenRecords } from "../support/golden-records.js";

const { records } = readGoldenRecords();

describe.each(records)("golden record $name ($about)", ({ fields: json, hex, builtBy, rebuild }) => {
  const bytes = Buffer.from(hex, "hex");
  const fields = fieldsFromJson(json);

  test("reads as cfxdb reads it", () => {
    expect(Cookie.cast(bytes).toFields()).toEqual(fields);
  });

  test("marshals with cfxdb's field names", () => {
    const marshalled = Cookie.cast(bytes).marshal({ withValue: true });
    for (const [name, value] of Object.entries(json)) {
      if (typeof value !== "object") expect([name, marshalled[name]]).toEqual([name, value]);
    }
  });

  test("reads the same from the middle of a larger buffer", () => {
    const larger = Buffer.concat([Buffer.alloc(13, 0xff), bytes, Buffer.alloc(7, 0xff)]);
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 13, bytes.length);
    expect(Cookie.cast(view).toFields()).toEqual(fields);
  });

  if (rebuild === "identical") {
    test("builds again with the same bytes", () => {
      expect(Buffer.from(buildCookie(fields)).toString("hex")).toBe(hex);
      expect(Buffer.from(buildCookie(Cookie.cast(bytes).toFields())).toString("hex")).toBe(hex);
    });
  } else {
    test("builds again with the same fields in other bytes", () => {
      const again = buildCookie(fields);
      expect(Buffer.from(again).toString("hex")).not.toBe(hex);
      expect(Cookie.cast(again).toFields()).toEqual(fields);
    });
  }

  test("the generated accessors of flatc read the same", () => {
    const cookie = Cookie.cast(bytes);
    const table = CookieTable.getRootAsCookie(new ByteBuffer(bytes));
    expect(uuidFromBytes(Buffer.from(table.oidArray() ?? []))).toBe(cookie.oid);
    expect(table.created()).toBe(cookie.createdNs);
    expect(table.maxAge()).toBe(BigInt(cookie.maxAgeSeconds ?? 0));
    expect(text(table.name(BYTES))).toBe(cookie.name);
    expect(text(table.value(BYTES))).toBe(cookie.value);
    expect(table.authenticated()).toBe(cookie.authenticatedNs ?? 0n);
    const node = table.authenticatedOnNodeArray();
    expect(node === null || node.length === 0 ? undefined : uuidFromBytes(Buffer.from(node))).toBe(
      cookie.authenticatedOnNode,
    );
    expect(text(table.authenticatedOnWorker(BYTES))).toBe(cookie.authenticatedOnWorker);
    expect(table.authenticatedTransportInfoLength() > 0).toBe(
      Object.keys(cookie.authenticatedTransportInfo).length > 0,
    );
    expect(table.authenticatedSession()).toBe(BigInt(cookie.authenticatedSession ?? 0));
    expect(table.authenticatedJoinedAt()).toBe(cookie.authenticatedJoinedAtNs ?? 0n);
    expect(text(table.authenticatedAuthmethod(BYTES))).toBe(cookie.authenticatedAuthmethod);
    expect(text(table.authid(BYTES))).toBe(cookie.authid);
    expect(text(table.authrole(BYTES))).toBe(cookie.authrole);
    expect(text(table.authmethod(BYTES))).toBe(cookie.authmethod);
    expect(text(table.authrealm(BYTES))).toBe(cookie.authrealm);
    expect(table.authextraLength() > 0).toBe(Object.keys(cookie.authextra).length > 0);
  });

  if (builtBy === "cfxdb") {
    test("absent fields are absent in the vtable, as cfxdb leaves them out", () => {
      const table = CookieTable.getRootAsCookie(new ByteBuffer(bytes));
      for (const [index, name] of VTABLE.entries()) {
        const isThere = table.bb?.__offset(table.bb_pos, 4 + 2 * index) !== 0;
        const isFilled = json[name] !== undefined && JSON.stringify(json[name]) !== "{}";
        expect([name, isThere]).toEqual([name, isFilled]);
      }
    });
  }
});

/** `Encoding.UTF8_BYTES`: the runtime's own text decoding drops a leading byte order mark. */
const BYTES = 1;

function text(bytes: string | Uint8Array | null): string | undefined {
  if (bytes === null || bytes.length === 0) return undefined;
  return Buffer.from(bytes as Uint8Array).toString("utf8");
}

const VTABLE = [
  "oid",
  "created",
  "max_age",
  "name",
  "value",
  "authenticated",
  "authenticated_on_node",
  "authenticated_on_worker",
  "authenticated_transport_info",
  "authenticated_session",
  "authenticated_joined_at",
  "authenticated_authmethod",
  "authid",
  "authrole",
  "authmethod",
  "authrealm",
  "authextra",
] as const;

describe("golden databases", () => {
  test.each(["db-0.9", "db-shifted", "db-1.0"] as const)("every record of %s can be read", (name) => {
    // A record's key is a slot number of 2 bytes and 16 bytes of oid, an index value is the 16 bytes of an oid.
    const dump = [...readGoldenDump(name)];
    const entries = dump.filter(([key, value]) => key.length === 36 && value.length !== 32);
    const cookies = entries.map(([key, value]) => ({ key, cookie: Cookie.cast(Buffer.from(value, "hex")) }));
    expect(cookies).toHaveLength(30);
    for (const { key, cookie } of cookies) {
      expect(key.slice(4)).toBe(cookie.oid.replaceAll("-", ""));
      expect(cookie.toFields().value).toBeDefined();
    }
  });
});
