// The highest time that the exported store had seen goes along with its records: the clock never goes back.

import type { CookieReader } from "../cookie-reader.js";
import type { CookieWriter } from "../cookie-writer.js";
import type { CheckedCookieFile } from "./check-cookie-file.js";
import type { ImportTarget } from "./judge-line.js";

/**
 * What becomes of that time: the database's goes up to it; it was there or higher before, or the file says none; the
 * database has no table for it.
 */
export type ClockOutcome = "raised" | "kept" | "dropped";

/** What `carryClock` would do. */
export async function planClock(
  reader: CookieReader,
  { clockNs }: Pick<CheckedCookieFile, "clockNs">,
  { hasUses }: Pick<ImportTarget, "hasUses">,
): Promise<ClockOutcome> {
  if (clockNs === 0n) return "kept";
  // The tables of last uses and of marks come and go together.
  if (!hasUses) return "dropped";
  return (await reader.marks()).clockNs < clockNs ? "raised" : "kept";
}

/** Raises the database's time to that of the file. @throws what writing throws */
export async function carryClock(
  { reader, writer }: { readonly reader: CookieReader; readonly writer: CookieWriter },
  file: Pick<CheckedCookieFile, "clockNs">,
  target: Pick<ImportTarget, "hasUses">,
): Promise<ClockOutcome> {
  const outcome = await planClock(reader, file, target);
  if (outcome === "raised") await writer.write((transaction) => transaction.raiseClock(file.clockNs));
  return outcome;
}
