// What the store says of itself: each mark known, and readable; and its four keys of the right types.

import type { Findings, Observation } from "../../verify/findings.js";
import { asBytes, asList } from "../known-state.js";
import type { ValkeyClient } from "../valkey-client.js";
import { LAYOUT, type ValkeyKeys } from "../valkey-keys.js";
import { OVERVIEW_SCRIPT } from "./verify-scripts.js";

/** What each mark must look like; who reads one that doesn't refuses the store, or takes it for none. */
const MARKS: ReadonlyMap<string, RegExp> = new Map([
  ["layout", new RegExp(`^${LAYOUT}$`)],
  ["values", /^(sha256|plain)$/],
  ["clock", /^\d{20}$/],
  ["version", /^[\w-]{1,64}$/],
  ["change", /^\d{1,16}\.[\w-]{1,64}$/],
]);
/** Other names are counted in bytes: nobody knows what they are made of. */
const PLAIN_NAME = /^[a-z][a-z-]{0,31}$/;
const KEY_TYPES = [
  ["hash", "the marks"],
  ["zset", "the index of all oids"],
  ["zset", "the index by expiry"],
  ["stream", "the list of changes"],
] as const;

export interface Overview {
  /** Number of marks. */
  readonly marks: number;
  /** Values are stored as SHA-256. */
  readonly areValuesHashed: boolean;
  /** Token of the last commit. */
  readonly version: string;
  readonly cookies: number;
  readonly expiries: number;
  /** The server's clock, ms since 1970. */
  readonly nowMs: number;
  /** Whether the indexes are sorted sets at all, or aren't there. */
  readonly areTypesRight: boolean;
}

/** @throws what the client throws */
export async function checkValkeyMarks(
  client: ValkeyClient,
  keys: ValkeyKeys,
  findings: Pick<Findings, "add">,
): Promise<Overview> {
  const names = [keys.marks, keys.oids, keys.expiries, keys.changes];
  const [types, fields, cookies, expiries, nowMs] = asList(await client.read(OVERVIEW_SCRIPT, names, []));
  let areTypesRight = true;
  for (const [at, type] of asList(types).entries()) {
    const [right, what] = KEY_TYPES[at] ?? ["", ""];
    const is = asBytes(type)?.toString("latin1") ?? "";
    if (is === right || is === "none") continue;
    areTypesRight = false;
    findings.add({ kind: "key-of-wrong-type", what: `${what}: a ${is}, not a ${right}` });
  }
  const texts = asList(fields).map((field) => asBytes(field)?.toString("latin1") ?? "");
  const marks = new Map<string, string>();
  for (let at = 0; at < texts.length; at += 2) marks.set(texts[at] ?? "", texts[at + 1] ?? "");
  for (const [name, mark] of marks) {
    const observation = judgeMark(name, mark);
    if (observation !== undefined) findings.add(observation);
  }
  if (Number(cookies) > 0) {
    for (const name of ["layout", "values"])
      if (!marks.has(name)) findings.add({ kind: "mark-malformed", what: `${name} isn't there` });
  }
  return {
    marks: marks.size,
    areValuesHashed: marks.get("values") === "sha256",
    version: marks.get("version") ?? "",
    cookies: Number(cookies),
    expiries: Number(expiries),
    nowMs: Number(nowMs),
    areTypesRight,
  };
}

function judgeMark(name: string, mark: string): Observation | undefined {
  const form = MARKS.get(name);
  if (form === undefined)
    return { kind: "mark-unknown", what: PLAIN_NAME.test(name) ? name : `a name of ${name.length} bytes` };
  if (form.test(mark)) return undefined;
  return { kind: "mark-malformed", what: `${name} isn't what this version writes` };
}
