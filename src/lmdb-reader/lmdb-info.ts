// What a database is, in one snapshot: for reports, not for look-ups.

import type { PageSource } from "./page-source.js";
import type { Snapshot } from "./snapshot.js";

export interface LmdbInfo {
  readonly dataVersion: 1 | 3;
  readonly format: "0.9" | "1.0";
  readonly pageSize: number;
  readonly entries: number;
  /** Levels of the tree; 0 if it is empty. */
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly lastPage: number;
  readonly txnId: bigint;
  /** Bytes up to the last page: free pages in between are counted. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** Size of the writers' memory map: the limit of the database. */
  readonly mapBytes: number;
  /** Device and inode, `device:inode`. */
  readonly identity: string;
  /** See `LmdbSnapshot.generation`. */
  readonly generation: number;
}

export function toInfo({ file }: PageSource, snapshot: Snapshot): LmdbInfo {
  const { entries, depth, branchPages, leafPages, overflowPages } = snapshot.main;
  return {
    dataVersion: file.format.dataVersion,
    format: file.format.name,
    pageSize: file.pageBytes,
    entries,
    depth,
    branchPages,
    leafPages,
    overflowPages,
    lastPage: snapshot.lastPage,
    txnId: snapshot.txnId,
    usedBytes: (snapshot.lastPage + 1) * file.pageBytes,
    fileBytes: file.lengthBytes,
    mapBytes: snapshot.mapBytes,
    identity: file.identity,
    generation: snapshot.generation,
  };
}
