// An open data.mdb: plain reads by position. Nothing is mapped, locked or written.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { ENCRYPTED_FLAG, FORMATS, LMDB_MAGIC, type LmdbFormat, MIN_PAGE_BYTES, PAGE_KIND } from "./format.js";
import { META_BYTES, Meta } from "./meta.js";
import {
  damaged,
  inaccessible,
  notFound,
  notLmdb,
  readerClosed,
  truncated,
  unsupported,
} from "./reader-errors.js";

const FLAGS_FROM_END = 6;

/** A data file whose two meta pages have been looked at: what never changes while it lives. */
export class DatabaseFile {
  readonly path: string;
  readonly format: LmdbFormat;
  readonly pageBytes: number;
  /** Device and inode, `device:inode`. */
  readonly identity: string;
  readonly #descriptor: number;
  #isOpen = true;

  private constructor(path: string, descriptor: number, identity: string) {
    this.path = path;
    this.identity = identity;
    this.#descriptor = descriptor;
    this.format = this.#findFormat();
    this.pageBytes = this.#findPageBytes();
    for (const slot of [0, 1]) this.#checkMetaPage(slot);
    this.#refuseChecksums();
  }

  /**
   * Opens the file and checks in constant time: magic, data version, page size, both meta pages, encryption.
   *
   * @throws `ERR_STORE_NOT_FOUND` (none, or an empty one), `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`,
   *   `ERR_STORE_FORMAT`, `ERR_STORE_TRUNCATED` (no room for two meta pages), `ERR_STORE_DAMAGED`
   */
  static open(path: string): DatabaseFile {
    let descriptor: number;
    try {
      // Without O_NONBLOCK the open of a named pipe would wait for a writer, for ever.
      descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      throw errorCodeOf(error) === "ENOENT" ? notFound(path, "isn't there") : inaccessible(path, error);
    }
    try {
      const status = fstatSync(descriptor, { bigint: true });
      if (!status.isFile()) throw notLmdb(path, "it is no regular file");
      if (status.size === 0n) throw notFound(path, "is empty: no database has been made in it yet");
      return new DatabaseFile(path, descriptor, `${status.dev}:${status.ino}`);
    } catch (error) {
      closeSync(descriptor);
      throw error instanceof CookieAuthenticatorError ? error : inaccessible(path, error);
    }
  }

  /** Length of the file in bytes. */
  get lengthBytes(): number {
    let status: Stats;
    try {
      status = fstatSync(this.#descriptor);
    } catch (error) {
      throw inaccessible(this.path, error);
    }
    return status.size;
  }

  /**
   * Fills the first `length` bytes of `target` from a position of the file.
   *
   * @throws `ERR_STORE_TRUNCATED` if the file ends before, `ERR_STORE_ACCESS`
   */
  read(target: Buffer, length: number, position: number): void {
    // The descriptor's number may be another file's by now.
    if (!this.#isOpen) throw readerClosed(this.path, "the file has been closed");
    let done = 0;
    // One call nearly always: a read of a regular file is short at its end only, or when a signal comes.
    while (done < length) {
      let count: number;
      try {
        count = readSync(this.#descriptor, target, done, length - done, position + done);
      } catch (error) {
        throw inaccessible(this.path, error);
      }
      if (count === 0)
        throw truncated(this.path, `it ends before byte ${position + length}, which its pages need`);
      done += count;
    }
  }

  /** Reads a meta page, 0 or 1, into `meta`. */
  readMeta(slot: number, meta: Meta): void {
    this.read(meta.bytes, META_BYTES, slot * this.pageBytes + this.format.headerBytes);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Closing drops this process's fcntl locks on the file; LMDB has its locks on lock.mdb, which isn't opened here.
    closeSync(this.#descriptor);
  }

  /** By where the magic number is: after a header of 16 bytes in LMDB 0.9, of 24 bytes in 1.0. */
  #findFormat(): LmdbFormat {
    const meta = new Meta();
    let version: number | undefined;
    for (const format of FORMATS) {
      this.read(meta.bytes, META_BYTES, format.headerBytes);
      if (meta.magic !== LMDB_MAGIC) continue;
      if (meta.dataVersion === format.dataVersion) return format;
      version ??= meta.dataVersion;
    }
    if (version === undefined) throw notLmdb(this.path, "it doesn't begin with LMDB's magic number");
    throw unsupported(this.path, `its data version is ${version}, only 1 and 3 can be read`);
  }

  #findPageBytes(): number {
    const meta = new Meta();
    this.read(meta.bytes, META_BYTES, this.format.headerBytes);
    const { pageBytes } = meta;
    const isPossible = pageBytes >= MIN_PAGE_BYTES && pageBytes <= this.format.maxPageBytes;
    if (!isPossible || (pageBytes & (pageBytes - 1)) !== 0)
      throw notLmdb(this.path, `its page size of ${pageBytes} bytes is impossible`);
    return pageBytes;
  }

  /** As mdb_env_read_header: both must be whole, since commits never write their magic and version. */
  #checkMetaPage(slot: number): void {
    const header = Buffer.alloc(this.format.headerBytes);
    this.read(header, header.length, slot * this.pageBytes);
    const meta = new Meta();
    this.readMeta(slot, meta);
    const isMetaPage = (header.readUInt16LE(header.length - FLAGS_FROM_END) & PAGE_KIND.meta) !== 0;
    if (!isMetaPage || !meta.fits(this.format, this.pageBytes))
      throw damaged(this.path, slot, "is no meta page of this database");
    if ((meta.environmentFlags & ENCRYPTED_FLAG) !== 0) throw unsupported(this.path, "it is encrypted");
  }

  /** mdb_env_open2 finds the size of page checksums in the last two bytes of page 0. */
  #refuseChecksums(): void {
    if (!this.format.hasChecksums) return;
    const size = Buffer.alloc(2);
    this.read(size, size.length, this.pageBytes - size.length);
    if (size.readUInt16LE() !== 0) throw unsupported(this.path, "its pages have checksums");
  }
}
