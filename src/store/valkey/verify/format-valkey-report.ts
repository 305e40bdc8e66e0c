// The report of a verification, and of a repair, as lines of text, for people: as of a database in files.

import { formatFindings } from "../../verify/format-findings.js";
import type { ValkeyRepairReport } from "./repair-valkey-store.js";
import type { ValkeyVerifyReport } from "./verify-valkey-store.js";

/** Some lines about the store, and those of its findings. */
export function formatValkeyReport(report: ValkeyVerifyReport): string[] {
  const { address, server, serverVersion, keysStart, areValuesHashed, changedMeanwhile, keys } = report;
  const values = areValuesHashed ? "values hashed" : "values as they are";
  return [
    `server   ${address}, ${server} ${serverVersion}${changedMeanwhile ? ", written to during the check" : ""}`,
    `store    ${keysStart}, ${values}`,
    `keys     ${keys.records} records, ${keys.oids} oids, ${keys.users} users, ${keys.uses} last uses, ${keys.marks} marks`,
    `indexes  ${keys.allOids} of all oids, ${keys.byAuthid} by user, ${keys.byExpiry} by expiry`,
    ...(keys.unknown === 0 ? [] : [`others   ${keys.unknown} keys under the prefix (left alone)`]),
    ...formatFindings(report.findings),
  ];
}

/** What the repair did, or that there was nothing to do. */
export function formatValkeyRepair(repair: ValkeyRepairReport | undefined): string[] {
  if (repair === undefined) return ["repair   nothing to do"];
  const { added, removed, mendedUses, mendedTtls } = repair;
  return [
    `repair   ${added} entries added, ${removed} removed, ${mendedUses} last uses mended, ${mendedTtls} times to live mended`,
  ];
}
