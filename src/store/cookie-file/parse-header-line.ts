// Reads the first and the last line of an export.

import { COOKIE_FILE_FORMAT, COOKIE_FILE_VERSION } from "./cookie-file.js";
import { type LineObject, readMap, readNs, readNumber, readText } from "./line-keys.js";
import { LineProblem } from "./line-problem.js";

/** The first line. */
export interface HeaderLine {
  readonly is: "header";
  /** Only records that fitted something are there; `undefined`: the file doesn't say, so it is an older one. */
  readonly isFiltered: boolean | undefined;
  /** The highest time that the exported store had seen, ns since 1970 UTC. */
  readonly clockNs: bigint | undefined;
}

/** The last line, with what it counted. */
export interface EndLine {
  readonly is: "end";
  readonly records: number;
  /** Records of the store that couldn't be read, and aren't there. */
  readonly damaged: number;
}

/** @throws `LineProblem` */
export function parseHeader(line: LineObject): HeaderLine {
  if (readText(line, "format") !== COOKIE_FILE_FORMAT)
    throw new LineProblem("format", `it isn't "${COOKIE_FILE_FORMAT}"`, "is it another program's file?");
  if (line.version !== COOKIE_FILE_VERSION)
    throw new LineProblem(
      "version",
      "it is none that is known here",
      "import it with a newer version of this program",
    );
  const filter = readMap(line, "filter");
  return {
    is: "header",
    isFiltered: filter === undefined ? undefined : filter !== null,
    clockNs: readNs(line, "clock_ns") ?? undefined,
  };
}

/** @throws `LineProblem` */
export function parseEnd(line: LineObject): EndLine {
  return {
    is: "end",
    records: readNumber(line, "records") ?? 0,
    damaged: readNumber(line, "damaged") ?? 0,
  };
}
