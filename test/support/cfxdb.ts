// cfxdb, zlmdb and Crossbar's own cookie store in a long-lived Python child: the other side of every compatibility test.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CborMap } from "../../src/record/cbor-map.js";
import type { CookieFields } from "../../src/record/cookie.js";
import {
  type CookieJson,
  cborFromJson,
  cborToJson,
  fieldsFromJson,
  fieldsToJson,
  type Json,
} from "./cookie-json.js";

const here = dirname(fileURLToPath(import.meta.url));
const venv = join(here, "..", "..", ".venv");
const STOP_MS = 5_000;

/** LMDB formats that zlmdb writes. */
export type CfxdbFormat = "0.9" | "1.0";

/** How a database is opened; Crossbar's own defaults, but for the format of a new database. */
export interface CfxdbOpenOptions {
  /** Format of a new database (zlmdb's default: 1.0); an existing one must have it. */
  readonly format?: CfxdbFormat;
  /** Map size in bytes; default 1 GiB. */
  readonly maxsize?: number;
  readonly readonly?: boolean;
  /** fsync on commit; default true. */
  readonly sync?: boolean;
  /** Attach another cfxdb table first, so that the cookie tables don't have slots 1 and 2. */
  readonly shifted?: boolean;
}

export interface CfxdbInfo {
  readonly format: CfxdbFormat;
  readonly recordSlot: number;
  readonly indexSlot: number;
  readonly pageSize: number;
  readonly mapSize: number;
  readonly lastPage: number;
  readonly lastTransaction: number;
}

export interface CfxdbVerification {
  readonly records: number;
  readonly indexKeys: number;
  /** Breaches of zlmdb's invariant in words, at most 20; empty if it holds. */
  readonly problems: readonly string[];
}

export interface CfxdbWriteLoopOptions {
  readonly seconds: number;
  /** Values are `<prefix>-0`, `<prefix>-1`, … */
  readonly prefix: string;
  /** Cookies a transaction; default 1. */
  readonly perTransaction?: number;
  /** Each n-th is written again with authrole `updated`; default none. */
  readonly updateEvery?: number;
  /** Each n-th is deleted right away; default none. */
  readonly deleteEvery?: number;
  /** Ends the loop early. */
  readonly maxRecords?: number;
}

/** What a write loop did; `created - deleted` records are left. */
export interface CfxdbWriteLoopResult {
  readonly transactions: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly seconds: number;
}

/** The five fields that Crossbar's `getAuth` gives. */
export interface CfxdbAuth {
  readonly authid: string | null;
  readonly authrole: string | null;
  readonly authmethod: string | null;
  readonly authrealm: string | null;
  readonly authextra: CborMap | null;
}

/** An exception in Python: `type` is its class, `message` its text; the traceback is in `stack`. */
export class CfxdbError extends Error {
  override readonly name = "CfxdbError";
  readonly type: string;

  constructor(type: string, message: string, traceback: string) {
    super(message);
    this.type = type;
    this.stack = `${this.stack}\n${traceback}`;
  }
}

/** Why the Python side can't run here, for the title of skipped tests; `undefined` if it can. */
export function cfxdbMissing(): string | undefined {
  const python = pythonPath();
  if (!existsSync(python)) return `no Python at ${python}: make .venv or set CFXDB_PYTHON`;
  if (process.env.CFXDB_PYTHON !== undefined) return undefined; // not our venv to look into
  const lib = join(venv, "lib");
  const has = readdirSync(lib).some((name) => existsSync(join(lib, name, "site-packages", "cfxdb")));
  return has ? undefined : "cfxdb isn't installed in .venv";
}

export function hasCfxdb(): boolean {
  return cfxdbMissing() === undefined;
}

function pythonPath(): string {
  return process.env.CFXDB_PYTHON ?? join(venv, "bin", "python");
}

/** Starts the child and waits until it answers. */
export async function startCfxdb(): Promise<Cfxdb> {
  const child = spawn(pythonPath(), ["-B", join(here, "cfxdb.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PYTHONUNBUFFERED: "1", PYTHONWARNINGS: "ignore" },
  });
  const cfxdb = new Cfxdb(child);
  await cfxdb.ready;
  return cfxdb;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly ready?: true;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string; readonly traceback: string };
}

/**
 * One Python process. Its requests run one after the other: for two writers at once, start two.
 *
 * @example
 * const cfxdb = await startCfxdb();
 * const database = await cfxdb.open(path, { format: "0.9" });
 * await database.put(fields);
 * await cfxdb.stop();
 */
export class Cfxdb {
  /** Resolves when the child answers. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #next = 1;
  #stderr = "";
  #gone: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    });
    this.#exited = new Promise<void>((resolve) => {
      const end = (why: string): void => {
        this.#gone ??= new Error(`the cfxdb child is gone: ${why}\n${this.#stderr}`);
        for (const { reject } of this.#waiting.values()) reject(this.#gone);
        this.#waiting.clear();
        resolve();
      };
      child.once("error", (error) => end(error.message));
      child.once("exit", (code, signal) => end(`exit ${code ?? signal}`));
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    // A write to a child that is gone; its exit rejects what waits.
    child.stdin?.on("error", () => {});
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) =>
        this.#receive(JSON.parse(line) as Answer),
      );
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Opens or makes a database and attaches the cookie tables. */
  async open(path: string, options: CfxdbOpenOptions = {}): Promise<CfxdbDatabase> {
    await this.request("open", { path, ...options });
    return new CfxdbDatabase(this, path);
  }

  /** The bytes that cfxdb's `Cookie.build` makes of the fields. */
  async build(fields: CookieFields): Promise<Uint8Array> {
    return Buffer.from(await this.request<string>("build", { fields: fieldsToJson(fields) }), "hex");
  }

  /** What cfxdb's `Cookie.cast` reads in the bytes, every field. */
  async cast(bytes: Uint8Array): Promise<CookieFields> {
    return fieldsFromJson(
      await this.request<CookieJson>("cast", { hex: Buffer.from(bytes).toString("hex") }),
    );
  }

  /** `cbor2.dumps`. */
  async cborDumps(value: unknown): Promise<Uint8Array> {
    return Buffer.from(await this.request<string>("cbor_dumps", { value: cborToJson(value) }), "hex");
  }

  /** `cbor2.loads`. */
  async cborLoads(bytes: Uint8Array): Promise<unknown> {
    return cborFromJson(await this.request<Json>("cbor_loads", { hex: Buffer.from(bytes).toString("hex") }));
  }

  /** One request of the protocol; the typed methods are made of it. */
  request<T>(op: string, parameters: object = {}): Promise<T> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#next;
    this.#next += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ ...parameters, id, op })}\n`);
    });
  }

  /** Kills the child at once, e.g. in the middle of a write loop. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }

  /** Ends the child after the requests under way; its databases are closed. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #receive(answer: Answer): void {
    const id = answer.ready === true ? 0 : (answer.id ?? -1);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer.error === undefined) waiting?.resolve(answer.result as never);
    else waiting?.reject(new CfxdbError(answer.error.type, answer.error.message, answer.error.traceback));
  }
}

/** One open database of the child. */
export class CfxdbDatabase {
  readonly path: string;
  readonly #cfxdb: Cfxdb;

  constructor(cfxdb: Cfxdb, path: string) {
    this.#cfxdb = cfxdb;
    this.path = path;
  }

  info(): Promise<CfxdbInfo> {
    return this.#request("info");
  }

  /** Writes a record and its index key as zlmdb does it, in one transaction. */
  put(fields: CookieFields): Promise<void> {
    return this.#request("put", { fields: fieldsToJson(fields) });
  }

  /** The same for many, in one transaction. */
  putMany(cookies: readonly CookieFields[]): Promise<void> {
    return this.#request("put_many", { cookies: cookies.map(fieldsToJson) });
  }

  /** Any bytes as a record, past cfxdb's serializer: hostile records. With an index key if `value` is given. */
  putBytes(oid: string, bytes: Uint8Array, value?: string): Promise<void> {
    return this.#request("put_bytes", { oid, hex: Buffer.from(bytes).toString("hex"), value });
  }

  async getByValue(value: string): Promise<CookieFields | undefined> {
    const json = await this.#request<CookieJson | null>("get_by_value", { value });
    return json === null ? undefined : fieldsFromJson(json);
  }

  async getByOid(oid: string): Promise<CookieFields | undefined> {
    const json = await this.#request<CookieJson | null>("get_by_oid", { oid });
    return json === null ? undefined : fieldsFromJson(json);
  }

  /** Deletes record and index key; whether there was one. */
  delete(oid: string): Promise<boolean> {
    return this.#request("delete", { oid });
  }

  /** Every key and value of the database (metadata too), hex text, in key order. */
  async dump(): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#request<Record<string, string>>("dump")));
  }

  /** Counts records and index keys, and checks that they belong together. */
  verify(): Promise<CfxdbVerification> {
    return this.#request("verify");
  }

  /** Writes for some seconds; what else this child is asked waits meanwhile. */
  writeLoop(options: CfxdbWriteLoopOptions): Promise<CfxdbWriteLoopResult> {
    return this.#request("write_loop", options);
  }

  /** `create` of Crossbar's store: a new cookie that nobody is authenticated with. */
  create(): Promise<{ readonly value: string; readonly header: string }> {
    return this.#request("create");
  }

  /** `exists` of Crossbar's store. */
  exists(value: string): Promise<boolean> {
    return this.#request("exists", { value });
  }

  /** `getAuth` of Crossbar's store. */
  async getAuth(value: string): Promise<CfxdbAuth> {
    const auth = await this.#request<CfxdbAuth & { authextra: Json }>("get_auth", { value });
    return { ...auth, authextra: cborFromJson(auth.authextra) as CborMap | null };
  }

  /** `setAuth` of Crossbar's store; whether it changed the record. */
  setAuth(value: string, auth: CfxdbAuth): Promise<boolean> {
    return this.#request("set_auth", { value, ...auth, authextra: cborToJson(auth.authextra) });
  }

  /** `delAuth` of Crossbar's store: deletes the cookie itself. */
  delAuth(value: string): Promise<boolean> {
    return this.#request("del_auth", { value });
  }

  async close(): Promise<void> {
    await this.#request("close");
  }

  #request<T>(op: string, parameters: object = {}): Promise<T> {
    return this.#cfxdb.request<T>(op, { ...parameters, path: this.path });
  }
}
