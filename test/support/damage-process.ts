// Child process of damage-store.ts: does what needs the native engine, one request after the other.

import { CookieAuthenticatorError } from "../../src/errors.js";
import { convertStore } from "../../src/store/convert/convert-store.js";
import { LmdbEnvironment } from "../../src/store/lmdb/environment.js";
import { repairStore } from "../../src/store/verify/repair-store.js";
import type { NativeAnswer, NativeRequest } from "./damage-store.js";

async function run(request: NativeRequest): Promise<unknown> {
  switch (request.op) {
    case "change": {
      const environment = LmdbEnvironment.open({ path: request.path, writable: true });
      await environment.write((transaction) => {
        for (const { key, value } of request.changes) {
          if (value === undefined) transaction.delete(key);
          else transaction.put(key, value);
        }
      });
      return environment.close();
    }
    case "repair":
      return repairStore(request.path);
    case "convert":
      return convertStore(request.source, request.target, { force: request.force });
  }
}

process.on("message", async (request: NativeRequest) => {
  let answer: NativeAnswer;
  try {
    answer = { result: await run(request) };
  } catch (error) {
    const { code, message, hint, details } = error as CookieAuthenticatorError;
    answer =
      error instanceof CookieAuthenticatorError
        ? { error: { code, message, hint, details } }
        : { crash: String(error instanceof Error ? error.stack : error) };
  }
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));
