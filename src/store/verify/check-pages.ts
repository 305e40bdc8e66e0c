// The structure of the pages: each used once, or free, or lost.

import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import type { PageCensus } from "../../lmdb-reader/page-census.js";
import type { Findings } from "./findings.js";
import type { PageCounts } from "./verify-report.js";

/** The walk must see one state from its first page to its last; beside a busy writer it never will. */
const TRIES_MAX = 4;

/**
 * Walks over all pages of one snapshot.
 *
 * @returns `undefined` if the database was written to during each of four tries
 * @throws what the reader throws
 */
export function checkPages(reader: LmdbReader, findings: Findings): PageCounts | undefined {
  const census = takeCensus(reader);
  if (census === undefined) return undefined;
  for (const problem of census.problems) {
    const { page } = problem.details;
    findings.add({
      kind: "page-damaged",
      ...(typeof page === "number" ? { page } : {}),
      what: problem.message,
    });
  }
  const unlisted = census.problemCount - census.problems.length;
  if (unlisted > 0) findings.add({ kind: "page-damaged", what: `and ${unlisted} more` }, unlisted);
  const counts = toCounts(census);
  // Below a damaged page nothing was visited, so that "lost" would mean nothing.
  if (census.problemCount === 0 && counts.lost > 0)
    findings.add({ kind: "pages-lost", what: "they take room and do no harm" }, counts.lost);
  return counts;
}

function takeCensus(reader: LmdbReader): PageCensus | undefined {
  let tries = 0;
  const tooOften = new Error("the walk was tried often enough");
  try {
    return reader.read((snapshot) => {
      tries += 1;
      // Thrown at once, so that the reader finds the snapshot unchanged and hands it on.
      if (tries > TRIES_MAX) throw tooOften;
      return snapshot.census();
    });
  } catch (error) {
    const isBusy = error instanceof CookieAuthenticatorError && error.code === "ERR_STORE_BUSY";
    if (error === tooOften || isBusy) return undefined;
    throw error;
  }
}

function toCounts({ main, free, freePages, lostPages }: PageCensus): PageCounts {
  const freeList = free.branchPages + free.leafPages + free.overflowPages;
  const metaPages = 2;
  const used = metaPages + main.branchPages + main.leafPages + main.overflowPages + freeList + freePages;
  return {
    total: used + lostPages,
    branch: main.branchPages,
    leaf: main.leafPages,
    overflow: main.overflowPages,
    freeList,
    free: freePages,
    lost: Math.max(0, lostPages),
  };
}
