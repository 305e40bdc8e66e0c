// The reader beside the engines: the same content, byte for byte, whatever shape the database has.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { copyGoldenDatabase, type GoldenDatabase, readGoldenDump } from "../support/golden-records.js";
import { hashEntries, type LmdbToMake, makeLmdb, readAllEntries } from "../support/lmdb-make.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

const FIRST = Buffer.alloc(0);
const PAST_ALL = Buffer.alloc(2048, 0xff);

describe.each<GoldenDatabase>(["db-0.9", "db-shifted", "db-1.0"])("golden %s", (name) => {
  const dump = readGoldenDump(name);
  const reader = openLmdbReader(copyGoldenDatabase(name, join(makeTempDirectory(), "db")));

  test("get finds every value", () => {
    for (const [key, value] of dump) expect(reader.get(Buffer.from(key, "hex"))?.toString("hex")).toBe(value);
  });

  test("get finds nothing beside the keys", () => {
    for (const key of dump.keys()) {
      for (const other of [`${key}00`, key.slice(0, -2)]) {
        if (!dump.has(other)) expect(reader.get(Buffer.from(other, "hex"))).toBeUndefined();
      }
    }
    expect(reader.get(FIRST)).toBeUndefined();
    expect(reader.get(PAST_ALL)).toBeUndefined();
  });

  test("range has every entry in order", () => {
    const entries = reader.range(FIRST, PAST_ALL, 1000);
    expect(entries.map(({ key, value }) => [key.toString("hex"), value.toString("hex")])).toEqual([...dump]);
  });

  test("every range from key to key has what lies between, up to the limit", () => {
    const keys = [...dump.keys()];
    for (let from = 0; from < keys.length; from += 3) {
      for (let to = from; to < keys.length; to += 7) {
        const [start, end] = [from, to].map((index) => Buffer.from(keys[index] as string, "hex"));
        const found = reader.range(start as Buffer, end as Buffer, 10);
        expect(found.map(({ key }) => key.toString("hex"))).toEqual(
          keys.slice(from, Math.min(to, from + 10)),
        );
      }
    }
  });

  test("a limit of 0, or an end before the start, gives nothing", () => {
    expect(reader.range(FIRST, PAST_ALL, 0)).toEqual([]);
    expect(reader.range(PAST_ALL, FIRST, 10)).toEqual([]);
  });

  test("the census has every page once and no problem", () => {
    const census = reader.read((snapshot) => snapshot.census());
    expect(census).toMatchObject({ lostPages: 0, problems: [], main: { entries: dump.size } });
    expect(reader.info()).toMatchObject({ entries: dump.size, format: name === "db-1.0" ? "1.0" : "0.9" });
  });
});

const bothFormats = ["0.9", "1.0"] as const;
const shapes: (Omit<LmdbToMake, "path" | "format"> & { readonly name: string })[] = [
  { name: "empty" },
  { name: "one entry", entries: 1, rounds: 1 },
  { name: "keys of 511 bytes", entries: 2000, keyBytes: 511 },
  { name: "values over several pages", entries: 1000, valueBytes: 20_000 },
  { name: "1 MiB values", special: "megabyte" },
  { name: "a value shortened on its overflow pages", special: "shortened" },
  { name: "a file shorter than its last page", special: "unwritten" },
  { name: "written through a map", entries: 2000, writeMap: true },
  { name: "pages of 256 bytes, deep", pageSize: 256, entries: 20_000, keyBytes: 40 },
  { name: "pages of 512 bytes", pageSize: 512, entries: 5000, valueBytes: 700 },
  { name: "pages of 1024 bytes", pageSize: 1024, entries: 5000, valueBytes: 2000 },
  { name: "pages of 8192 bytes", pageSize: 8192, entries: 5000, valueBytes: 5000 },
  { name: "pages of 32768 bytes", pageSize: 32_768, entries: 5000, valueBytes: 20_000 },
  { name: "100,000 entries", entries: 120_000 },
];

/** Milliseconds for 100,000 entries, made in Python and read one by one, on a busy machine. */
const LONG_MS = 180_000;

describe.each(bothFormats)("made by LMDB %s", (format) => {
  // Not in 0.9: offsets in such a page don't fit into its 16 bits, and the engine refuses it.
  const large = { name: "pages of 65536 bytes", pageSize: 65_536, entries: 5000, valueBytes: 90_000 };
  test.each(format === "1.0" ? [...shapes, large] : shapes)(
    "$name",
    ({ name: _, ...shape }) => {
      const path = join(makeTempDirectory(), "db");
      const engine = makeLmdb({ ...shape, path, format });
      const reader = openLmdbReader(path);
      const entries = reader.read((snapshot) => readAllEntries(snapshot, 1000));
      expect(entries).toHaveLength(engine.count);
      expect(hashEntries(entries)).toBe(engine.sha256);
      const wrong = entries.filter(({ key, value }) => reader.get(key)?.equals(value) !== true);
      expect(wrong).toEqual([]);
      const { depth, lastPage, overflowPages, pageSize } = engine;
      expect(reader.info()).toMatchObject({
        format,
        depth,
        lastPage,
        overflowPages,
        pageSize,
        entries: engine.count,
      });
      expect(reader.read((snapshot) => snapshot.census())).toMatchObject({ lostPages: 0, problems: [] });
      expect(`${engine.engine[0]}.${engine.engine[1]}`).toBe(format);
      reader.close();
    },
    LONG_MS,
  );

  test("a named database is refused where it is met, the rest is read", () => {
    const path = join(makeTempDirectory(), "db");
    makeLmdb({ path, format, special: "named" });
    const reader = openLmdbReader(path);
    expect(reader.get(Buffer.from("other"))).toBeUndefined();
    expect(() => reader.get(Buffer.from(format === "0.9" ? "named" : "named\0"))).toThrow(
      expect.objectContaining({ code: "ERR_STORE_FORMAT" }),
    );
  });
});
