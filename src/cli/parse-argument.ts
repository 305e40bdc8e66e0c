// Parsers for the values of options. commander turns their errors into "wrong usage".

import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { CborMap } from "../record/cbor-map.js";
import { isUuidText } from "../record/uuid.js";

/** A parser for whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** Text that isn't empty. */
export function parseText(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Expected text that isn't empty.");
}

/** A UUID in its usual form. */
export function parseOid(text: string): string {
  if (isUuidText(text)) return text.toLowerCase();
  throw new InvalidArgumentError("Expected a UUID of 8-4-4-4-12 hex digits.");
}

/** A JSON object. */
export function parseJsonObject(text: string): CborMap {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as CborMap;
  } catch {
    // the same answer as for JSON that is no object
  }
  throw new InvalidArgumentError(`Expected a JSON object such as '{"team": "blue"}'.`);
}

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A duration such as `90s`, `30m`, `12h`, `7d` or `2w`, as seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS_OF_UNIT[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("Expected a duration such as 90s, 30m, 12h, 7d or 2w.");
}
