// Figures of LMDB itself, as lmdb-js hands them out.

import type { RootDatabase } from "lmdb";

/** Figures of LMDB itself (mdb_env_info, mdb_env_stat), of the last commit. */
export interface LmdbStats {
  readonly pageSize: number;
  readonly treeDepth: number;
  readonly entryCount: number;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly free: {
    readonly treeBranchPageCount: number;
    readonly treeLeafPageCount: number;
    readonly overflowPages: number;
  };
}

export function readStats(database: RootDatabase<Buffer, Buffer>): LmdbStats {
  return database.getStats() as unknown as LmdbStats;
}
