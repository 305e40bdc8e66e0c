// Verifies a store on a Valkey or Redis: marks, records, indexes, last uses, times to live. Reads only, beside any writer.

import type { Finding } from "../../verify/findings.js";
import { Findings } from "../../verify/findings.js";
import type { VerifyProgress } from "../../verify/verify-report.js";
import { createValkeyClient } from "../create-valkey-client.js";
import type { ValkeyClient } from "../valkey-client.js";
import { type ValkeyKeys, valkeyKeys } from "../valkey-keys.js";
import type { ValkeyOptions } from "../valkey-options.js";
import { checkValkeyMarks, type Overview } from "./check-valkey-marks.js";
import { StoreWalk, type ValkeyKeyCounts } from "./store-walk.js";
import type { Visit } from "./verdict.js";

/** What a verification came to. */
export interface ValkeyVerifyReport {
  /** `host:port` of the primary. */
  readonly address: string;
  /** `"valkey"` or `"redis"`, and its version. */
  readonly server: string;
  readonly serverVersion: string;
  /** What the names of all keys begin with, e.g. `{wca}`. */
  readonly keysStart: string;
  /** No finding of level `damage`. */
  readonly ok: boolean;
  readonly areValuesHashed: boolean;
  /** Whether something was written meanwhile: each finding holds for a moment of the check, the counts for none. */
  readonly changedMeanwhile: boolean;
  readonly keys: ValkeyKeyCounts & { readonly marks: number };
  readonly findings: readonly Finding[];
}

export interface ValkeyVerifyOptions {
  /** By default one of its own, which is closed in the end. */
  readonly client?: ValkeyClient | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * Verifies the store under `options.prefix`. Each record and entry is judged together with what it belongs to, at one
 * moment, so that a writer can't cause a finding. Scripts look at some hundred keys each: others wait for a few milliseconds.
 *
 * @throws what the client throws; `ERR_STORE_BUSY` if a record is written faster than it can be looked at
 *
 * @example
 * const report = await verifyValkeyStore({ servers, topology: { kind: "single" }, prefix: "wca", timeoutMs: 5000 });
 * if (!report.ok) console.log(report.findings);
 */
export async function verifyValkeyStore(
  options: ValkeyOptions,
  { client: given, onProgress }: ValkeyVerifyOptions = {},
): Promise<ValkeyVerifyReport> {
  const client = given ?? createValkeyClient({ ...options, readOnly: true });
  try {
    return await verify(client, valkeyKeys(options.prefix), onProgress ?? (() => {}));
  } finally {
    if (given === undefined) await client.close();
  }
}

async function verify(
  client: ValkeyClient,
  keys: ValkeyKeys,
  onProgress: (progress: VerifyProgress) => void,
): Promise<ValkeyVerifyReport> {
  const { address, server, version: serverVersion } = await client.facts();
  const findings = new Findings();
  const overview = await checkValkeyMarks(client, keys, findings);
  const counts = await walkStore(client, keys, overview, {
    visit: ({ observations }) => {
      for (const observation of observations) findings.add(observation);
    },
    onDone: (done, total) => onProgress({ phase: "entries", done, total }),
  });
  const after = await checkValkeyMarks(client, keys, { add: () => {} });
  const found = findings.list();
  return {
    address,
    server,
    serverVersion,
    keysStart: keys.start,
    ok: found.every(({ level }) => level === "note"),
    areValuesHashed: overview.areValuesHashed,
    changedMeanwhile: after.version !== overview.version,
    keys: { ...counts, marks: overview.marks },
    findings: found,
  };
}

const NOTHING: ValkeyKeyCounts = {
  records: 0,
  oids: 0,
  uses: 0,
  users: 0,
  commits: 0,
  unknown: 0,
  allOids: 0,
  byAuthid: 0,
  byExpiry: 0,
};

/** The whole walk; nothing where the indexes are keys of another type, which every script would stumble over. */
export async function walkStore(
  client: ValkeyClient,
  keys: ValkeyKeys,
  overview: Overview,
  on: { readonly visit: Visit; readonly onDone: (done: number, total: number) => void | Promise<void> },
): Promise<ValkeyKeyCounts> {
  if (!overview.areTypesRight) return NOTHING;
  // Record, oid and entry of each, most of them with a last use and an entry by user.
  const total = 5 * overview.cookies + overview.expiries;
  const walk = new StoreWalk(client, keys, overview, on.visit, (done) =>
    on.onDone(done, Math.max(total, done)),
  );
  return walk.run();
}
