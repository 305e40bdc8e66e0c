// Child process of the full-disk test: writes until a commit fails, then reports what it could still do.

import { randomUUID } from "node:crypto";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { openCookieStore } from "../../src/store/open-store.js";

const path = process.argv[2] ?? "";
const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
const acknowledged: string[] = [];
let code: string | undefined;
let hint: string | undefined;
for (let i = 0; code === undefined && i < 10_000; i += 1) {
  const oid = randomUUID();
  try {
    await store.writer.write((transaction) =>
      transaction.put({ oid, createdNs: 1n, value: `value-${i}`, authextra: { filler: "x".repeat(2000) } }),
    );
    acknowledged.push(oid);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    ({ code, hint } = error);
  }
}
const page = await store.reader.list({ limit: 20_000 });
const listed = page.cookies.map(({ oid }) => oid);
await store.close();
process.stdout.write(
  JSON.stringify({ code, hint, acknowledged: acknowledged.sort(), listed, damaged: page.damaged.length }),
);
